"""Awards: the decisions on one level taken together, their period, and the standing that they alone give."""

from dataclasses import dataclass
from datetime import date

from certificates.pathways.engine.context import Case
from certificates.pathways.engine.verdict import Standing
from certificates.pathways.language.evidence import EvidenceRecord
from certificates.pathways.language.schema import Level
from training.parsing.keywords import GRANTS
from training.parsing.lengths import ONE_DAY, add, next_day, next_month_and_day, subtract
from training.parsing.values import Value


@dataclass(frozen=True, slots=True)
class AwardPeriod:
    """The days of an award: last day, opening of the renewal, end of the grace."""

    valid_until: date | None = None
    renewal_opens: date | None = None
    grace_until: date | None = None

    @property
    def over_on(self) -> date | None:
        """The first day on which period and grace are over."""
        last = self.grace_until or self.valid_until
        return next_day(last) if last else None


@dataclass(frozen=True, slots=True)
class Award:
    """Granting decisions on one level of one holder, the latest state record since, and the clock."""

    level: str
    first: date
    latest: EvidenceRecord
    period: AwardPeriod
    state: EvidenceRecord | None
    clock: date

    @property
    def conditional(self) -> bool:
        """Whether the latest grant is conditional."""
        return self.latest.first("outcome") == "conditional"

    def state_on(self, day: date) -> str | None:
        """What a state record says on a day: withdrawn, replaced, suspended, or nothing."""
        word = self.state.first("state") if self.state else None
        if self.state is None or word == "restored":
            return None
        ran_out = word == "suspended" and self.state.until is not None and self.state.until < day
        return None if ran_out else word

    def standing(self, state: str, *, certain: bool = True, lapsed_on: date | None = None) -> Standing:
        """A standing with the days of this award."""
        days = self.period
        return Standing(state, certain, days.valid_until, days.renewal_opens, days.grace_until, lapsed_on)


def decisions(case: Case, owner: str, level: str, day: date) -> list[EvidenceRecord]:
    """The decisions on a level that are seen on a day, by on, recorded_at and id."""
    found = [one for one in case.records(owner, "award", day) if one.what == level and one.on]
    return sorted(found, key=_decided)


def first_grant_day(case: Case, owner: str, level: str, day: date) -> date | None:
    """The day on which a level was first granted."""
    granted = [one.on for one in decisions(case, owner, level, day) if _grants(one)]
    return min((on for on in granted if on), default=None)


def award_of(case: Case, owner: str, level: str, day: date, *, value: Value | None = None) -> Award | None:
    """The award of a level (for one value of its `per`), if it has been granted by a day."""
    known = case.pathway.levels.get(level)
    per = known.per if known and value is not None else None
    grants = [one for one in decisions(case, owner, level, day) if _grants(one) and one.is_of(per, value)]
    if not grants:
        return None
    latest, first = grants[-1], min(one.on for one in grants if one.on)
    since = latest.on or first
    named = [one for one in case.records(owner, "state", day) if one.what in (level, "all") and one.is_of(per, value)]
    states = [one for one in named if _day(one) >= since]
    state = max(states, key=_decided, default=None)
    word, clock = state.first("state") if state else None, since
    if state and word == "restored":
        clock = max(since, _day(state))
    elif state and word == "suspended" and state.until and state.until < day:
        clock = next_day(state.until)
    return Award(level, first, latest, period_of(known, latest, since), state, clock)


def award_values(case: Case, owner: str, level: str, day: date) -> list[Value | None]:
    """The values of the level's `per` that its decisions carry; [None] if there are none."""
    known = case.pathway.levels.get(level)
    if known is None or known.per is None:
        return [None]
    found = {value for one in decisions(case, owner, level, day) for value in one.attributes.get(known.per, ())}
    return sorted(found, key=str) or [None]


def plain_standing(award: Award, day: date) -> Standing:
    """The standing by grants, validity and state records alone, without keep rules and lifted conditions."""
    said = award.state_on(day)
    if said:
        return award.standing(said)
    over = award.period.over_on
    if over and day >= over:
        return award.standing("lapsed", lapsed_on=over)
    return award.standing(live_state(award, day, provisional=award.conditional))


def live_state(award: Award, day: date, *, provisional: bool) -> str:
    """The standing of an award that is neither taken back nor lapsed."""
    days = award.period
    if days.valid_until and day > days.valid_until:
        return "in_grace"
    if provisional:
        return "provisional"
    return "renewal_due" if days.renewal_opens and day >= days.renewal_opens else "certified"


def period_of(level: Level | None, grant: EvidenceRecord, on: date) -> AwardPeriod:
    """The period that a grant of a level opens."""
    last = grant.until
    if last is None and level and level.valid:
        last = add(on, level.valid.lasting) - ONE_DAY if level.valid.lasting else None
        if level.valid.until_next:
            last = next_month_and_day(on, level.valid.until_next, last or on)
    if last is None:
        return AwardPeriod()
    after = next_day(last)
    opens = subtract(after, level.opens) if level and level.opens else None
    grace = add(after, level.grace) - ONE_DAY if level and level.grace else None
    return AwardPeriod(last, opens, grace)


def _grants(decision: EvidenceRecord) -> bool:
    return (decision.first("outcome") or "certified") in GRANTS


def _day(record: EvidenceRecord) -> date:
    return record.on or date.min


def _decided(record: EvidenceRecord) -> tuple[date, date, str]:
    return (_day(record), record.recorded_at or _day(record), record.id)
