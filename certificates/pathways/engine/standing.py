"""The standing of the holder: the award, its keep rules from day to day, its conditions, its period and its states."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from certificates.pathways.engine.awards import Award, award_of, live_state, period_of, plain_standing
from certificates.pathways.engine.context import Case, Context, result_of
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import Standing
from certificates.pathways.language.schema import Leaf, Level, Requirement, Requirements
from training.parsing.findings import as_day
from training.parsing.keywords import RECORD_TYPES
from training.parsing.lengths import ONE_DAY, Length, add, first_reaching, next_day
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


_OF_SIGNATORIES = {"role", "award", "state", "relation", "supervision", "learning", "delivery", "calibration"}


def days_of_change(case: Case, rules: Requirements, award: Award, *, first: date, last: date) -> list[date]:
    """All days after the first one, up to the last, on which the rules can change, in order."""
    parts = list(_linked(case, rules))
    leaves = [one.ask for one in parts if isinstance(one.ask, Leaf)]
    points = set(_points(case, leaves, award, parts))
    found = {day for point in points for day in (point, next_day(point))}
    for length in _lengths(case, parts):
        found.update(day for point in points for day in _shifted(point, length))
    for every in {leaf.every for leaf in leaves if leaf.every}:
        found.update([day for start in list(found) for day in _period_ends(start, every, last)])
    return sorted(day for day in found if first < day <= last)


def everything_in(rule: Requirement) -> Iterator[Requirement]:
    """A rule and every rule that hangs on it: children, applies_when, each_with, requirements on signatories."""
    yield rule
    below = [*rule.children(), *([rule.applies_when] if rule.applies_when else [])]
    if isinstance(rule.ask, Leaf):
        below += [*rule.ask.each_with, *(rule.ask.by.requires if rule.ask.by else ())]
    for one in below:
        yield from everything_in(one)


def anchors_of(leaf: Leaf) -> tuple[str, ...]:
    """Every anchor of a leaf."""
    return leaf.since + leaf.after + leaf.up_to + leaf.before


def _linked(case: Case, rules: Requirements) -> Iterator[Requirement]:
    """The rules, and those that keep the awards that they ask for."""
    waiting, seen = list(rules), set[str]()
    while waiting:
        for one in everything_in(waiting.pop()):
            yield one
            names = one.ask.names if isinstance(one.ask, Leaf) and one.ask.type == "award" else ()
            for name in (name for name in names if name in case.pathway.levels and name not in seen):
                seen.add(name)
                level = case.pathway.levels[name]
                waiting += [*(level.keep or ()), *(level.decision.lifted_by if level.decision else ())]


def _points(case: Case, leaves: list[Leaf], award: Award, parts: list[Requirement]) -> Iterator[date]:
    """The days of records, awards and rules from which changes follow."""
    yield from (award.clock, award.first, award.latest.on or award.first)
    if award.period.valid_until:
        yield award.period.valid_until
    yield from (day for one in parts for day in one.effective if day)
    yield from (day for leaf in leaves for name in anchors_of(leaf) if (day := as_day(name)))
    types = _types(case, leaves)
    for (_, type_), records in case.books.items():
        if type_ not in types:
            continue
        for one in records:
            yield from (day for day in (one.on, one.until, one.begun) if day)
            if type_ == "award" and one.on:
                days = period_of(case.pathway.levels.get(one.what), one, one.on)
                yield from (day for day in (days.valid_until, days.renewal_opens, days.grace_until) if day)


def _types(case: Case, leaves: list[Leaf]) -> set[str]:
    """The types of records that matter; who may sign a record of unknown day is looked at anew each day."""
    types = {leaf.type for leaf in leaves} | {"waiver"}
    undated = any(one.on is None for records in case.books.values() for one in records)
    if undated and any(leaf.by for leaf in leaves):
        types |= _OF_SIGNATORIES
    named = any(as_day(name) is None for leaf in leaves for name in anchors_of(leaf))
    return set(RECORD_TYPES) if named or "award" in types else types


def _lengths(case: Case, parts: Iterable[Requirement]) -> list[Length]:
    found: list[Length | None] = []
    for one in parts:
        found += list(one.tenure or ())
        if isinstance(one.ask, Leaf):
            found += [*one.ask.within, one.ask.held_for, one.ask.lasting]
            if one.ask.type == "award":
                found += [level.decision.ends_after for level in case.pathway.levels.values() if level.decision]
    return list({length.text: length for length in found if length}.values())


def _shifted(point: date, length: Length) -> tuple[date, ...]:
    later = add(point, length)
    return (later, next_day(later), first_reaching(point, length))


def _period_ends(start: date, every: Length, last: date) -> Iterator[date]:
    """The last day of each period of `every` since a day, and the day after it."""
    day, times = start, 1
    while day <= last:
        day = add(start, every, times)
        times += 1
        yield from (day - ONE_DAY, day)


def to_be_awarded(case: Case, level: Level, day: date) -> Context:
    """Entry and requires, which are one place."""
    return Context(case=case, day=day, subject=case.holder, roots=level.entry + level.requires, level=level)


def to_renew(case: Case, level: Level, award: Award, day: date) -> Context:
    """The renewal: things done count after the latest grant."""
    return _after_grant(case, level, award, day, roots=level.renewal or ())


def to_lift(case: Case, level: Level, award: Award, day: date) -> Context:
    """What lifts the condition of a conditional grant."""
    roots = level.decision.lifted_by if level.decision else ()
    return _after_grant(case, level, award, day, roots=roots)


def to_keep(case: Case, level: Level, award: Award, day: date) -> Context:
    """What must stay true, looked at on one day."""
    return _by_clock(case, level, award, day, roots=level.keep or ())


def to_be_permitted(case: Case, level: Level, award: Award | None, day: date, *, roots: Requirements) -> Context:
    """What must be true while something is permitted."""
    if award is None:
        return Context(case=case, day=day, subject=case.holder, roots=roots, level=level, tenure_day=day)
    return _by_clock(case, level, award, day, roots=roots)


def to_return(case: Case, level: Level, award: Award, day: date, *, lapse: date) -> Context:
    """What a lapsed holder must show: things done count since the lapse."""
    return Context(
        case=case,
        day=day,
        subject=case.holder,
        roots=level.return_ or (),
        level=level,
        award=award.latest.on,
        first_award=award.first,
        end=award.period.valid_until,
        lapse=lapse,
        floor=lapse,
    )


def _after_grant(case: Case, level: Level, award: Award, day: date, *, roots: Requirements) -> Context:
    granted = award.latest.on or award.first
    return Context(
        case=case,
        day=day,
        subject=case.holder,
        roots=roots,
        level=level,
        award=granted,
        first_award=award.first,
        end=award.period.valid_until,
        tenure_day=granted,
        floor=next_day(granted),
    )


def _by_clock(case: Case, level: Level, award: Award, day: date, *, roots: Requirements) -> Context:
    return Context(
        case=case,
        day=day,
        subject=case.holder,
        roots=roots,
        level=level,
        award=award.clock,
        first_award=award.first,
        end=award.period.valid_until,
        tenure_day=day,
        clock=award.clock,
    )
