"""The standing of the holder: the award, its keep rules from day to day, its conditions, its period and its states."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from certificates.pathways.awards import Award, award_of, live_state, plain_standing
from certificates.pathways.case import Case
from certificates.pathways.changes import days_of_change
from certificates.pathways.level_places import to_keep, to_lift
from certificates.pathways.nodes import Node
from certificates.pathways.places import result_of
from certificates.pathways.shapes import Level, Requirements
from certificates.pathways.verdict import Standing
from training.parsing.lengths import add, next_day
from training.parsing.values import Result, Value

Look = Callable[[date], tuple[Node, ...]]


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found on the way through the days: the first day that was not met, and whether any was in doubt."""

    broken_on: date | None = None
    doubtful: bool = False


def standing_of(case: Case, owner: str, level_id: str, day: date, value: Value | None) -> Standing:
    """The standing of an award that has been granted; of others than the holder, by what is in the file."""
    level = case.pathway.levels.get(level_id)
    of_holder = owner == case.holder and level is not None and level.holder == case.kind
    if level is not None and level.per and value is not None and of_holder:
        case = case.only(level.per, value)
    award = award_of(case, owner, level_id, day, value=value)
    assert award is not None
    if level is None or not of_holder:
        return plain_standing(award, day)
    return granted_standing(case, level, award, day)


def granted_standing(case: Case, level: Level, award: Award, day: date) -> Standing:
    """The standing of the holder's own award on a day."""
    key = ("standing", level.id, day)
    if key not in case.memo:
        case.memo[key] = _granted(case, level, award, day)
    return case.memo[key]  # type: ignore[no-any-return]


def _granted(case: Case, level: Level, award: Award, day: date) -> Standing:
    said = award.state_on(day)
    if said:
        return award.standing(said)
    kept = _keep_walk(case, level, award, day)
    lifting = _lift_walk(case, level, award, day)
    over = award.period.over_on if award.period.over_on and award.period.over_on <= day else None
    ends = [end for end in (kept.broken_on, over, lifting.broken_on) if end]
    if ends:
        return award.standing("lapsed", lapsed_on=min(ends))
    lifted = _lifted(case, level, award, day)
    state = live_state(award, day, provisional=award.conditional and lifted is not Result.MET)
    doubtful = kept.doubtful or lifting.doubtful or lifted is Result.CANNOT_TELL
    return award.standing(state, certain=not doubtful)


def _lifted(case: Case, level: Level, award: Award, day: date) -> Result:
    """Whether the condition of the latest grant is lifted; without a rule for it, only a new grant does."""
    if not award.conditional:
        return Result.MET
    if level.decision is None or not level.decision.has_lifted_by:
        return Result.NOT_MET
    return result_of(to_lift(case, level, award, day).judge_all())


def _keep_walk(case: Case, level: Level, award: Award, day: date) -> Walk:
    if not level.keep:
        return Walk()
    over = award.period.over_on
    last = min(day, _before(over)) if over else day

    def look(one: date) -> tuple[Node, ...]:
        return to_keep(case, level, award, one).judge_all()

    return _walk(case, level.keep, award, first=award.clock, last=last, look=look)


def _lift_walk(case: Case, level: Level, award: Award, day: date) -> Walk:
    """From the day on which the condition runs out; a holder restored after that day is under it no longer."""
    rule = level.decision
    if rule is None or rule.ends_after is None or not award.conditional:
        return Walk()
    ends = add(award.latest.on or award.first, rule.ends_after)
    restored = award.state is not None and award.state.first("state") == "restored" and award.clock >= ends
    if ends > day or restored:
        return Walk()
    if not rule.has_lifted_by:
        return Walk(broken_on=ends)

    def look(one: date) -> tuple[Node, ...]:
        return to_lift(case, level, award, one).judge_all()

    return _walk(case, rule.lifted_by, award, first=ends, last=day, look=look)


def _walk(case: Case, rules: Requirements, award: Award, *, first: date, last: date, look: Look) -> Walk:
    """Look at the rules on the days on which they can change for the worse."""
    doubtful = False
    changes: list[date] | None = None
    day = first
    while day <= last:
        nodes = look(day)
        result = result_of(nodes)
        if result is Result.NOT_MET:
            return Walk(broken_on=day)
        doubtful = doubtful or result is Result.CANNOT_TELL
        steady = _steady(nodes, day)
        if steady >= last:
            break
        if changes is None:
            changes = days_of_change(case, rules, award, first=first, last=last)
        day = next((one for one in changes if one > steady), next_day(last))
    return Walk(doubtful=doubtful)


def _steady(nodes: tuple[Node, ...], day: date) -> date:
    """The last day up to which all of the rules surely stay met."""
    days = [node.steady_until for node in nodes if not node.advisory]
    return day if None in days else max(day, min((one for one in days if one), default=day))


def _before(day: date) -> date:
    return day.fromordinal(day.toordinal() - 1)
