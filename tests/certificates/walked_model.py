"""A small model of one learner's way on one pathway: what stands, what waits, who may sign, and what she is told.

Written from the pathway language and the product's own words, not from the service: where they differ, one is wrong.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
GOOD = ("certified", "renewal_due", "in_grace", "provisional")
TAGS = {
    "certified": "Certified", "renewal_due": "Renewal due", "in_grace": "In grace", "provisional": "Provisional",
    "lapsed": "Lapsed", "suspended": "Suspended", "withdrawn": "Withdrawn", "deferred": "Not yet",
    "declined": "Declined", "ready": "Ready for a decision", "in_training": "In training", "not_started": "Not started",
}  # fmt: skip
PUBLIC = {
    "certified": "valid", "renewal_due": "valid", "provisional": "valid", "in_grace": "in grace", "lapsed": "expired",
    "suspended": "suspended", "withdrawn": "withdrawn", "replaced": "replaced",
}  # fmt: skip
SUBJECTS = {
    "certified": "You are certified", "provisional": "You are certified on a condition",
    "suspended": "Your certificate is on hold", "withdrawn": "Your certificate was taken back",
    "restored": "Your certificate counts again",
    "lapsed": "Your certificate has lapsed", "lifted": "Your condition is met", "deferred": "Not certified yet",
    "declined": "You were not certified", "renewal_deferred": "Not renewed yet",
    "renewal_declined": "Your certificate was not renewed", "renewal_due": "Time to renew",
    "in_grace": "Your time is over, and a short time of grace runs",
}  # fmt: skip
"""What is told → the subject of its letter."""
MET, CANNOT_TELL, NOT_MET = 2, 1, 0


def months(day: date, count: int) -> date:
    """Adds months; a day that the month lacks becomes its last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    end = date(year + (month == 11), (month + 1) % 12 + 1, 1) - DAY
    return min(end, date(year, month + 1, min(day.day, end.day)))


@dataclass(frozen=True)
class Record:
    """What was shown on paper, or an assessment with its raters and the mark they gave."""

    what: str
    on: date
    until: date | None = None
    raters: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True)
class Change:
    """One change of an award by a named person."""

    state: str
    effective: date
    until: date | None = None


@dataclass
class Award:
    """One award: since when, for how long, under a condition or not, and what became of it."""

    start: date
    conditional: bool = False
    lasts: bool = True  # an assessor's has no end
    changes: list[Change] = field(default_factory=list)
    published: bool = False
    told: set[str] = field(default_factory=set)

    @property
    def ends(self) -> date:
        return months(self.start, 12) - DAY if self.lasts else date.max

    @property
    def over(self) -> date:
        return months(self.ends + DAY, 1) - DAY if self.lasts else date.max

    @property
    def opens(self) -> date:
        return months(self.ends + DAY, -3) if self.lasts else date.max

    def changed(self, day: date) -> str | None:
        """Tells what the latest change that counts on a day makes of it."""
        seen = [one for one in self.changes if one.effective <= day]
        if not seen or seen[-1].state == "restored" or (seen[-1].until and seen[-1].until < day):
            return None
        return seen[-1].state

    def holds(self, day: date) -> bool:
        """Tells whether it had begun and nothing was changed; asked of an assessor's, which has no end."""
        return self.start <= day and self.changed(day) is None


@dataclass
class Model:
    """All that is known, and what follows from it on a day."""

    today: date
    records: dict[str, Record] = field(default_factory=dict)
    assessors: dict[str, Award] = field(default_factory=dict)
    relations: list[tuple[str, str, date | None]] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    refused: str = ""  # the outcome of the last decision, if it refused
    news: bool = False  # whether anything was shown since, or the refusal has fallen
    fallen: bool = False
    site: str = "RIV"
    letters: Counter[str] = field(default_factory=Counter)

    # who may sign

    def signs(self, rater: str, day: date) -> bool:
        """An assessor signs while her award lets her, and only for those to whom she does not stand close."""
        return self.assessors[rater].holds(day) and self._apart(rater, day) == MET

    def _apart(self, rater: str, day: date) -> int:
        found = MET
        for who, kind, since in self.relations:
            if who == rater and since is None:
                found = min(found, NOT_MET if kind == "relative" else CANNOT_TELL)
            elif who == rater and since <= day:
                found = NOT_MET
        return found

    # what is shown

    def _worth(self, record: Record) -> int:
        if not all(self.assessors[one].holds(record.on) for one in record.raters):
            return NOT_MET
        own = {"yes": MET, "no": NOT_MET, "not_observed": CANNOT_TELL}[record.mark]
        return min([own, *(self._apart(one, record.on) for one in record.raters)])

    def _done(self, what: str, first: date, last: date) -> bool:
        return any(one.what == what and first <= one.on <= last for one in self.records.values())

    @property
    def knows(self) -> bool:
        found = [one for one in self.records.values() if one.what == "first aid"]
        return any(one.on <= self.today and (one.until is None or self.today <= one.until) for one in found)

    @property
    def watched(self) -> int:
        return max((self._worth(one) for one in self.records.values() if one.raters), default=NOT_MET)

    @property
    def result(self) -> bool:
        return self.knows and self.watched == MET

    # how an award stands

    def lifted(self, award: Award, day: date) -> bool:
        return self._done("own file", award.start + DAY, day)

    def lapsed_on(self, award: Award, day: date) -> date | None:
        """The first day of a lapse: the condition ran out, or period and grace are over."""
        ran_out = months(award.start, 6)
        free = any(one.state == "restored" and ran_out <= one.effective <= day for one in award.changes)
        if award.conditional and ran_out <= day and not free and not self.lifted(award, ran_out):
            return ran_out
        return award.over + DAY if day > award.over else None

    def standing(self, award: Award, day: date | None = None) -> str:
        day = day or self.today
        if changed := award.changed(day):
            return changed
        if self.lapsed_on(award, day):
            return "lapsed"
        if day > award.ends:
            return "in_grace"
        if award.conditional and not self.lifted(award, day):
            return "provisional"
        return "renewal_due" if day >= award.opens else "certified"

    @property
    def latest(self) -> Award | None:
        return self.awards[-1] if self.awards else None

    @property
    def state(self) -> str:
        """The word of the pathway page."""
        if self.latest:
            return self.standing(self.latest)
        if self.refused and not self.fallen and not self.waits:
            return self.refused
        if self.waits and not self.refused:
            return "ready"
        begun = self.refused or self.knows or self.watched > NOT_MET
        return "in_training" if begun else "not_started"

    # decisions

    @property
    def is_due(self) -> bool:
        """All is met that this turn asks."""
        if not self.latest:
            return self.result
        start, state = self.latest.start, self.standing(self.latest)
        if state in ("renewal_due", "in_grace"):
            return self.result and self._done("refresher", start + DAY, self.today)
        lapse = self.lapsed_on(self.latest, self.today)
        return self.result and state == "lapsed" and self._done("way back", lapse or self.today, self.today)

    @property
    def waits(self) -> bool:
        return self.is_due and (not self.refused or self.news)

    def decide(self, outcome: str) -> None:
        if outcome in ("certified", "conditional"):
            for one in self.awards:
                if one.changed(self.today) != "withdrawn":
                    one.changes.append(Change("replaced", self.today))
            self.awards.append(Award(self.today, outcome == "conditional"))
            self.refused, self.news, self.fallen = "", False, False
            return
        renewal = self.latest and self.standing(self.latest) in ("renewal_due", "in_grace")
        self.letters[SUBJECTS[f"renewal_{outcome}" if renewal else outcome]] += 1
        self.refused, self.news, self.fallen = outcome, False, False

    # changes

    def may_change(self, award: Award, change: Change) -> bool:
        """The central unit ends what holds, and brings back what would hold again; the past before is settled."""
        first = max([award.start, *(one.effective for one in award.changes)])
        if "lapsed" in award.told:
            first = max(first, months(award.start, 6))
        if not first <= change.effective <= self.today:
            return False
        if change.until and (change.until < change.effective or change.state != "suspended"):
            return False
        now = self.standing(award, change.effective)
        if change.state != "restored":
            return now in (*GOOD, *(("suspended", "lapsed") if change.state == "withdrawn" else ()))
        # A condition that ran out is forgiven by this; time that is over is not.
        lasting = change.effective <= award.over and award is (self.latest if award.lasts else award)
        return now in ("suspended", "withdrawn", "lapsed") and lasting

    # what becomes of all this when the night has worked

    def night(self, *, files: bool = True) -> None:
        award = self.latest
        if award is None:
            return
        state = self.standing(award)
        if award.conditional:
            self._follow_condition(award, state)
        if not award.published and files:
            award.published = True
            if state in GOOD:
                self.letters[SUBJECTS[state]] += 1

    def _follow_condition(self, award: Award, state: str) -> None:
        lapsed = state == "lapsed" and self.today <= award.over
        if lapsed and "lapsed" not in award.told:
            award.told.add("lapsed")
            self.letters[SUBJECTS["lapsed"]] += 1
        elif state in GOOD and "lapsed" in award.told:
            award.told.discard("lapsed")
            if not any(one.state == "restored" for one in award.changes):
                self.letters[SUBJECTS["restored"]] += 1
        if state in GOOD and self.lifted(award, self.today) and "lifted" not in award.told:
            award.told.add("lifted")
            self.letters[SUBJECTS["lifted"]] += 1
        elif state == "provisional" and "lifted" in award.told:
            award.told.discard("lifted")
            self.letters[SUBJECTS["provisional"]] += 1
