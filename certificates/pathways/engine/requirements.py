"""Judges any requirement: whether it applies, what it asks, its groups and conditions, and whether it was waived."""

from datetime import date

from certificates.pathways.engine.allocation import judge_sharing
from certificates.pathways.engine.candidates import Candidate, fits, fits_one
from certificates.pathways.engine.context import Context, counting, result_of
from certificates.pathways.engine.counting import at_least
from certificates.pathways.engine.leaves import judge_leaf
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.engine.reasons import reason
from certificates.pathways.engine.signatories import holds
from certificates.pathways.language.evidence import Record, TeamMember
from certificates.pathways.language.schema import Condition, Group, Leaf, Requirement, Team, This
from training.parsing.lengths import Length, add, latest
from training.parsing.values import Result, Sure


def join(requirement: Requirement, group: Group, children: tuple[Node, ...], place: Context) -> Node:
    """The result of a group from its judged children."""
    members = counting(children)
    result = _JOINED[group.kind](group, members)
    node = Node(requirement.id, result, children=children, steady_until=_steady(group, children))
    if result is Result.MET:
        return node.but(met_on=_met_on(group, members))
    if result is Result.NOT_MET and group.kind != "none_of":
        earliest, late = (_earliest_all if group.kind == "all_of" else _earliest_any)(group, members, place.day)
        return node.but(earliest=earliest, late=late)
    return node


def judge_this(requirement: Requirement, ask: This, place: Context) -> Node:
    """Whether the record in view is as the conditions ask."""
    assert place.this is not None
    one = Candidate(place.this, place.this.on, Sure.YES)
    return Node(requirement.id, fits(ask.where, one).result())


def judge_team(requirement: Requirement, ask: Team, place: Context) -> Node:
    """Count members of the team of the record in view, on the day it began."""
    record = place.this
    assert record is not None
    day = record.begun or record.on or place.day
    sures = [_member(ask, member, place, day) for member in record.team or ()]
    have = sum(sure is Sure.YES for sure in sures)
    might = None if record.team is None else sum(sure is not Sure.NO for sure in sures)
    counts = []
    if ask.at_least is not None:
        counts.append(Count("people", have, might, ask.at_least, at_least(have, might, ask.at_least)))
    if ask.at_most is not None:
        within = Result.MET if might is not None and might <= ask.at_most else Result.CANNOT_TELL
        result = Result.NOT_MET if have > ask.at_most else within
        counts.append(Count("people", have, might, ask.at_most, result, at_most=True))
    results = [count.result for count in counts]
    worst = Result.NOT_MET if Result.NOT_MET in results else max(results, key=_ORDER.index)
    return Node(requirement.id, worst, counts=tuple(counts))


def _member(ask: Team, member: TeamMember, place: Context, day: date) -> Sure:
    role = (member.role,) if member.role else ()
    sure = fits_one(Condition("role", one_of=ask.roles), role) if ask.roles else Sure.YES
    conditions = [fits_one(one, member.attributes.get(one.attribute, ())) for one in ask.where]
    sure = min([sure, *conditions])
    if sure and ask.holds:
        held = Sure.PERHAPS if member.who is None else holds(place.case, member.who, ask.holds, day)
        return min(sure, held)
    return sure


def _all_of(_: Group, members: list[Node]) -> Result:
    return result_of(members)


def _any_of(group: Group, members: list[Node]) -> Result:
    if not members:
        return Result.NOT_MET
    met = sum(node.result is Result.MET for node in members)
    open_ones = sum(node.result is Result.CANNOT_TELL for node in members)
    return at_least(met, met + open_ones, group.at_least)


def _none_of(_: Group, members: list[Node]) -> Result:
    results = {node.result for node in members}
    if Result.MET in results:
        return Result.NOT_MET
    return Result.CANNOT_TELL if Result.CANNOT_TELL in results else Result.MET


def _met_on(group: Group, members: list[Node]) -> date | None:
    if group.kind == "none_of":
        return None
    if group.kind == "all_of":
        return latest(node.met_on for node in members)
    days = sorted(node.met_on for node in members if node.result is Result.MET and node.met_on)
    return days[group.at_least - 1] if len(days) >= group.at_least else None


def _earliest_all(_: Group, members: list[Node], __: date) -> tuple[date | None, bool]:
    unmet = [node for node in members if node.result is Result.NOT_MET]
    late = any(node.late for node in unmet)
    days = [node.earliest for node in unmet]
    return (None if None in days else latest(days)), late


def _earliest_any(group: Group, members: list[Node], day: date) -> tuple[date | None, bool]:
    days = [node.earliest if node.result is Result.NOT_MET else day for node in members]
    known = sorted(one for one in days if one)
    if len(known) >= group.at_least:
        return known[group.at_least - 1], False
    return None, sum(not node.late for node in members) < group.at_least


def _steady(group: Group, children: tuple[Node, ...]) -> date | None:
    """Up to which day a group surely stays as it is."""
    members = [node for node in children if not node.advisory]
    days = [node.steady_until for node in members]
    if group.kind == "all_of" and members:
        return None if None in days else min(day for day in days if day)
    known = sorted((day for day in days if day), reverse=True)
    return known[group.at_least - 1] if group.kind == "any_of" and len(known) >= group.at_least else None


_JOINED = {"all_of": _all_of, "any_of": _any_of, "none_of": _none_of}
_ORDER = [Result.MET, Result.CANNOT_TELL]


def judge(requirement: Requirement, place: Context) -> Node:
    """Judge a requirement in its place; the answer is kept there."""
    known = place.memo.get(requirement.id) if requirement.id else None
    if known is not None:
        return known
    group = place.once_group(requirement)
    if group is not None:
        judge(group, place)
        return place.memo[requirement.id]
    applies = _applies(requirement, place)
    if applies is Result.NOT_MET:
        node = _out(requirement)
    else:
        node = _finished(requirement, _bare(requirement, place), applies, place)
    if requirement.id:
        place.memo[requirement.id] = node
    return node


def _bare(requirement: Requirement, place: Context) -> Node:
    """What a requirement asks, before waivers."""
    ask = requirement.ask
    if isinstance(ask, Leaf):
        return judge_leaf(requirement, ask, place)
    if isinstance(ask, Group):
        if ask.once:
            _share(ask, place)
        return join(requirement, ask, tuple(judge(child, place) for child in ask.children), place)
    if isinstance(ask, This):
        return judge_this(requirement, ask, place)
    return judge_team(requirement, ask, place)


def _share(group: Group, place: Context) -> None:
    """Judge the leaves of a group that share their records, and keep their nodes."""
    applying: dict[str, Result] = {}
    taking: list[tuple[Requirement, Leaf]] = []
    for child in group.children:
        if child.advisory or not isinstance(child.ask, Leaf):
            continue
        applying[child.id] = _applies(child, place)
        if applying[child.id] is Result.NOT_MET:
            place.memo[child.id] = _out(child)
        else:
            taking.append((child, child.ask))
    nodes = judge_sharing(taking, place)
    for child, _ in taking:
        place.memo[child.id] = _finished(child, nodes[child.id], applying[child.id], place)


def _applies(requirement: Requirement, place: Context) -> Result:
    """Whether a requirement applies on the day."""
    first, last = requirement.effective
    if (first and place.day < first) or (last and place.day > last):
        return Result.NOT_MET
    if requirement.tenure and not _in_tenure(requirement.tenure, place):
        return Result.NOT_MET
    if requirement.applies_when is None:
        return Result.MET
    result = judge(requirement.applies_when, place).result
    return Result.MET if result is Result.NOT_APPLICABLE else result


def _in_tenure(tenure: tuple[Length | None, Length | None], place: Context) -> bool:
    first, day = place.first_award, place.tenure_day
    if first is None or day is None:
        return False
    begins, ends = tenure
    return (begins is None or add(first, begins) <= day) and (ends is None or day < add(first, ends))


def _out(requirement: Requirement) -> Node:
    """The node of a requirement that does not apply."""
    return Node(requirement.id, Result.NOT_APPLICABLE, requirement=requirement)


def _finished(requirement: Requirement, node: Node, applies: Result, place: Context) -> Node:
    """The node after doubts about whether it applies, after waivers, with its words."""
    if applies is Result.CANNOT_TELL and node.result is Result.NOT_MET:
        node = node.but(result=Result.CANNOT_TELL, earliest=None, late=False)
    if requirement.waivable_by and node.result is not Result.MET and place.level is not None:
        node = _waived(requirement, node, place)
    if _is_timed(requirement):
        node = node.but(steady_until=None)
    node = node.but(advisory=requirement.advisory, origin=requirement.origin, requirement=requirement)
    return node.but(reason=reason(node))


def _is_timed(requirement: Requirement) -> bool:
    return bool(requirement.tenure or requirement.applies_when or any(requirement.effective))


def _waived(requirement: Requirement, node: Node, place: Context) -> Node:
    """The node as a waiver leaves it; the earliest good one counts."""
    assert place.level is not None
    name = f"{place.level.id}/{requirement.id}"
    doubtful = False
    for waiver in place.case.records(place.subject, "waiver", place.day):
        if waiver.what != name or waiver.on is None or (waiver.until and waiver.until < place.day):
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


def may_waive(waiver: Record, names: tuple[str, ...], day: date, place: Context) -> Sure:
    """Whether everybody who signed a waiver holds one of the names on a day, and is not the holder."""
    if not waiver.by:
        return Sure.PERHAPS
    barred = (place.case.holder, place.subject)
    return min(Sure.NO if one in barred else holds(place.case, one, names, day) for one in waiver.by)
