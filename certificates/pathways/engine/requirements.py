"""Judges a requirement in its place and tells the standing of an award: one recursion, told in one file.

A requirement counts records; a record counts if whoever signed it was entitled to, which may ask for requirements of
their own; a limit of time may hang on the day on which another requirement was met; and an award that is asked for
stands as long as its own requirements are met, day by day. What does not come back here lives in the files beside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from certificates.pathways.engine.allocation import Sharer, judge_sharers
from certificates.pathways.engine.anchors import Anchor, Window, window_of
from certificates.pathways.engine.awards import (
    Award,
    award_of,
    award_values,
    first_grant_day,
    live_state,
    plain_standing,
)
from certificates.pathways.engine.candidates import Candidate, Entries, fits, ids, old_enough, outcome, records_of
from certificates.pathways.engine.context import Case, RequirementContext, result_of
from certificates.pathways.engine.counting import Tally, count_all, count_periods, counts_of, old_values
from certificates.pathways.engine.days_of_change import days_of_change
from certificates.pathways.engine.groups import join, judge_team, judge_this
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.places import to_keep, to_lift
from certificates.pathways.engine.reasons import reason
from certificates.pathways.engine.signatories import holds, may_waive, was
from certificates.pathways.engine.verdict import Standing
from certificates.pathways.language.evidence import EvidenceRecord
from certificates.pathways.language.schema import Group, Leaf, Level, Requirement, SignatoryRule, This
from training.parsing.findings import as_day
from training.parsing.keywords import LIVE_STANDINGS
from training.parsing.lengths import ONE_DAY, add, next_day
from training.parsing.values import AS_SURE, Result, Sure, Value


@dataclass(frozen=True, slots=True)
class Walk:
    """What was found on the way through the days: the first day that was not met, and whether any was in doubt."""

    broken_on: date | None = None
    doubtful: bool = False


def judge_all(place: RequirementContext) -> tuple[Node, ...]:
    """All requirements of a place, in written order."""
    return tuple(judge(requirement, place) for requirement in place.roots)


def judge(requirement: Requirement, place: RequirementContext) -> Node:
    """Judge a requirement in its place; the answer is kept there."""
    known = place.memo.get(requirement.id) if requirement.id else None
    if known is not None:
        return known
    group = place.once_group(requirement)
    if group is not None:
        judge(group, place)
        return place.memo[requirement.id]
    ask, applies = requirement.ask, _applies(requirement, place)
    if applies is Result.NOT_MET:
        node = Node(requirement.id, Result.NOT_APPLICABLE, requirement=requirement)
    else:
        if isinstance(ask, Leaf):
            node = _judge_leaf(requirement, ask, place)
        elif isinstance(ask, Group):
            if ask.once:
                _share(ask, place)
            node = join(requirement, ask, tuple(judge(child, place) for child in ask.children), place)
        elif isinstance(ask, This):
            node = judge_this(requirement, ask, place)
        else:
            node = judge_team(requirement, ask, place)
        node = _finished(requirement, node, applies, place)
    if requirement.id:
        place.memo[requirement.id] = node
    return node


def _applies(requirement: Requirement, place: RequirementContext) -> Result:
    """Whether a requirement applies on the day."""
    first, last = requirement.effective
    if (first and place.day < first) or (last and place.day > last):
        return Result.NOT_MET
    if requirement.tenure:
        begins, ends = requirement.tenure
        granted, day = place.first_award, place.tenure_day
        if granted is None or day is None:
            return Result.NOT_MET
        if (begins and day < add(granted, begins)) or (ends and day >= add(granted, ends)):
            return Result.NOT_MET
    if requirement.applies_when is None:
        return Result.MET
    result = judge(requirement.applies_when, place).result
    return Result.MET if result is Result.NOT_APPLICABLE else result


def _finished(requirement: Requirement, node: Node, applies: Result, place: RequirementContext) -> Node:
    """The node after doubts about whether it applies, after waivers, with its words."""
    if applies is Result.CANNOT_TELL and node.result is Result.NOT_MET:
        node = node.but(result=Result.CANNOT_TELL, earliest=None, late=False)
    if requirement.waivable_by and node.result is not Result.MET and place.level is not None:
        node = _waived(requirement, node, place, place.level)
    timed = requirement.tenure or requirement.applies_when or any(requirement.effective)
    node = node.but(
        advisory=requirement.advisory, origin=requirement.origin, requirement=requirement,
        steady_until=None if timed else node.steady_until,
    )  # fmt: skip
    return node.but(reason=reason(node))


def _waived(requirement: Requirement, node: Node, place: RequirementContext, level: Level) -> Node:
    """The node as a waiver leaves it; the earliest good one counts."""
    doubtful = False
    for waiver in place.case.records(place.subject, "waiver", place.day):
        named = waiver.what == f"{level.id}/{requirement.id}"
        if not named or waiver.on is None or (waiver.until and waiver.until < place.day):
            continue
        entitled = may_waive(waiver, requirement.waivable_by, waiver.on, place)
        doubtful = doubtful or entitled is Sure.PERHAPS
        if entitled is Sure.YES:
            return node.but(
                result=Result.MET, waived=True, met_on=waiver.on, earliest=None, late=False,
                steady_until=waiver.until or date.max,
            )  # fmt: skip
    if doubtful and node.result is Result.NOT_MET:
        return node.but(result=Result.CANNOT_TELL, earliest=None, late=False)
    return node


def _share(group: Group, place: RequirementContext) -> None:
    """Judge the leaves of a group that share their records, and keep their nodes."""
    applying: dict[str, Result] = {}
    taking: list[tuple[Requirement, Leaf]] = []
    for child in group.children:
        if child.advisory or not isinstance(child.ask, Leaf):
            continue
        applying[child.id] = _applies(child, place)
        if applying[child.id] is Result.NOT_MET:
            place.memo[child.id] = Node(child.id, Result.NOT_APPLICABLE, requirement=child)
        else:
            taking.append((child, child.ask))
    sharers = []
    for child, leaf in taking:
        window = _window(child, leaf, place)
        sharers.append(Sharer(child, leaf, _entries(leaf, window, place)[0], window))
    nodes = judge_sharers(sharers, place)
    for child, _ in taking:
        place.memo[child.id] = _finished(child, nodes[child.id], applying[child.id], place)


def _judge_leaf(requirement: Requirement, leaf: Leaf, place: RequirementContext) -> Node:
    """Judge a leaf: what counts, how much is there, since when, and when it could be met."""
    if place.owner_of(leaf) is None:
        return Node(requirement.id, Result.CANNOT_TELL, counts=counts_of(leaf, (), Tally(open_ended=True)))
    window = _window(requirement, leaf, place)
    entries, young = _entries(leaf, window, place)
    old = old_values(leaf, list(_asked_for(replace(leaf, ever=True), place)), window.start) if leaf.new else {}
    tally = Tally(old, leaf.type in place.case.gaps and not window.waiting)
    if leaf.every:
        node = count_periods(requirement, leaf, entries, window=window, tally=tally, day=place.day)
    else:
        node = count_all(requirement, leaf, entries, young=young, window=window, tally=tally, place=place)
    return node.but(used=ids(entries, Sure.YES), maybe=ids(entries, Sure.PERHAPS))


def _window(requirement: Requirement, leaf: Leaf, place: RequirementContext) -> Window:
    lower = [_anchor(name, place) for name in leaf.since + leaf.after]
    upper = [_anchor(name, place) for name in leaf.up_to + leaf.before]
    return window_of(requirement, leaf, place, lower=lower, upper=upper)


def _anchor(name: str, place: RequirementContext) -> Anchor:
    """What an anchor stands for in a place: a day, a day of the award, or one on which a requirement was met."""
    day = as_day(name)
    if day:
        return Anchor(name, day)
    if name == "this":
        day = place.this.on if place.this else None
        return Anchor(name, day, Result.MET if day else Result.CANNOT_TELL)
    if name in ("award", "end", "lapse"):
        found = {"award": place.award, "end": place.end, "lapse": place.lapse}[name]
        return Anchor(name, found) if found or name == "end" else Anchor(name, state=Result.NOT_MET)
    home = place.outer or place
    if name not in home.index:
        granted = first_grant_day(place.case, place.subject, name, place.day)
        return Anchor(name, granted) if granted else Anchor(name, state=Result.NOT_MET)
    node = judge(home.index[name][0], home)
    if node.result is Result.NOT_APPLICABLE:
        return Anchor(name)
    return Anchor(name, node.met_on if node.result is Result.MET else None, node.result, node.earliest)


def _entries(leaf: Leaf, window: Window, place: RequirementContext) -> tuple[Entries, Entries]:
    """In order: the records that count or perhaps count, and those for which only held_for is missing."""
    counting: Entries = []
    young: Entries = []
    for one in sorted(_asked_for(leaf, place), key=Candidate.place):
        sure = min(one.sure, window.holds(one.day))
        if sure:
            sure = min(sure, fits(leaf.where, one))
        if sure:
            sure = min(sure, outcome(leaf, one.record, place))
        if sure and leaf.by:
            sure = min(sure, may_sign(one.record, leaf.by, place))
        if sure and leaf.each_with:
            own = place.about(one.record)
            sure = min(sure, AS_SURE[result_of([judge(requirement, own) for requirement in leaf.each_with])])
        if sure:
            aged = old_enough(leaf, one, place.day)
            (counting if aged else young).append((one, min(sure, aged) if aged else sure))
    return counting, young


def _asked_for(leaf: Leaf, place: RequirementContext) -> Iterator[Candidate]:
    """The records or awards of the type and name that a leaf asks for, held on the day where that matters."""
    case, owner, day = place.case, place.owner_of(leaf), place.day
    if owner is None:
        return
    if leaf.type != "award":
        yield from records_of(leaf, place, owner)
        return
    wanted = any(condition.attribute == "standing" for condition in leaf.where)
    for name, value in [(level, value) for level in leaf.names for value in award_values(case, owner, level, day)]:
        award = award_of(case, owner, name, day, value=value)
        if award is None or (place.this is not None and place.this.id not in award.latest.about):
            continue
        standing = standing_of(case, owner, award, value, day)
        if leaf.ever and not wanted:
            yield Candidate(award.latest, award.first, Sure.YES, standing.state)
        elif not standing.certain:
            yield Candidate(award.latest, award.first, Sure.PERHAPS)
        elif leaf.ever or wanted or standing.state in LIVE_STANDINGS:
            yield Candidate(award.latest, award.first, Sure.YES, standing.state)


def may_sign(record: EvidenceRecord, rule: SignatoryRule, place: RequirementContext) -> Sure:
    """Whether everybody who signed a record was entitled to on its day."""
    case, day = place.case, record.on or place.day
    found = Sure.YES if record.by else Sure.PERHAPS
    for person in record.by:
        if person in (case.holder, place.subject):
            return Sure.NO
        if rule.holds:
            found = min(found, holds(case, person, rule.holds, day))
        for relation in rule.not_own:
            if found is not Sure.NO:
                found = min(found, Sure(2 - was(case, person, relation, record=record, day=day)))
        if rule.requires and found is not Sure.NO:
            own = RequirementContext(case=case, day=day, subject=person, roots=rule.requires, level=place.level)
            found = min(found, AS_SURE[result_of(judge_all(own))])
    return found


def standing_of(case: Case, owner: str, award: Award, value: Value | None, day: date) -> Standing:
    """The standing of an award that has been granted; of others than the holder, by what is in the file."""
    level = case.pathway.levels.get(award.level)
    if level is None or owner != case.holder or level.holder != case.kind:
        return plain_standing(award, day)
    if level.per and value is not None:
        case = case.only(level.per, value)
    return granted_standing(case, level, award, day)


def granted_standing(case: Case, level: Level, award: Award, day: date) -> Standing:
    """The standing of the holder's own award on a day: by its keep rules, its conditions, its period and its states."""
    key = ("standing", level.id, day)
    if key not in case.memo:
        case.memo[key] = _granted(case, level, award, day)
    return case.memo[key]  # type: ignore[no-any-return]


def _granted(case: Case, level: Level, award: Award, day: date) -> Standing:
    said = award.state_on(day)
    if said:
        return award.standing(said)
    over = award.period.over_on
    last = min(day, over - ONE_DAY) if over else day
    kept = _walk(case, level, award, first=award.clock, last=last) if level.keep else Walk()
    lifting = _walk_condition(case, level, award, day)
    ends = [end for end in (kept.broken_on, over if over and over <= day else None, lifting.broken_on) if end]
    if ends:
        return award.standing("lapsed", lapsed_on=min(ends))
    lifted = Result.MET
    if award.conditional:  # without a rule that lifts the condition, only a new grant does
        may_lift = level.decision is not None and level.decision.has_lifted_by
        lifted = result_of(judge_all(to_lift(case, level, award, day))) if may_lift else Result.NOT_MET
    state = live_state(award, day, provisional=lifted is not Result.MET)
    doubtful = kept.doubtful or lifting.doubtful or lifted is Result.CANNOT_TELL
    return award.standing(state, certain=not doubtful)


def _walk_condition(case: Case, level: Level, award: Award, day: date) -> Walk:
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
    return _walk(case, level, award, first=ends, last=day, lifting=True)


def _walk(case: Case, level: Level, award: Award, *, first: date, last: date, lifting: bool = False) -> Walk:
    """Look at what keeps an award, or lifts its condition, on the days on which that can change for the worse."""
    doubtful = False
    changes: list[date] | None = None
    day = first
    while day <= last:
        place = to_lift(case, level, award, day) if lifting else to_keep(case, level, award, day)
        nodes = judge_all(place)
        result = result_of(nodes)
        if result is Result.NOT_MET:
            return Walk(broken_on=day)
        doubtful = doubtful or result is Result.CANNOT_TELL
        untils = [node.steady_until for node in nodes if not node.advisory]
        steady = day if None in untils else max(day, min((one for one in untils if one), default=day))
        if steady >= last:
            break
        if changes is None:
            changes = days_of_change(case, place.roots, award, first=first, last=last)
        day = next((one for one in changes if one > steady), next_day(last))
    return Walk(doubtful=doubtful)
