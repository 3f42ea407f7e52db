"""Judges any requirement: whether it applies, what it asks, and whether it was waived."""

from datetime import date

from certificates.pathways.evidence import Record
from certificates.pathways.groups import join, judge_team, judge_this
from certificates.pathways.leaves import judge_leaf
from certificates.pathways.nodes import Node
from certificates.pathways.places import Place
from certificates.pathways.reasons import reason
from certificates.pathways.shapes import Group, Leaf, Requirement, This
from certificates.pathways.sharing import judge_sharing
from certificates.pathways.signatories import holds
from training.parsing.lengths import Length, add
from training.parsing.values import Result, Sure


def judge(requirement: Requirement, place: Place) -> Node:
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


def _bare(requirement: Requirement, place: Place) -> Node:
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


def _share(group: Group, place: Place) -> None:
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


def _applies(requirement: Requirement, place: Place) -> Result:
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


def _in_tenure(tenure: tuple[Length | None, Length | None], place: Place) -> bool:
    first, day = place.first_award, place.tenure_day
    if first is None or day is None:
        return False
    begins, ends = tenure
    return (begins is None or add(first, begins) <= day) and (ends is None or day < add(first, ends))


def _out(requirement: Requirement) -> Node:
    """The node of a requirement that does not apply."""
    return Node(requirement.id, Result.NOT_APPLICABLE, requirement=requirement)


def _finished(requirement: Requirement, node: Node, applies: Result, place: Place) -> Node:
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


def _waived(requirement: Requirement, node: Node, place: Place) -> Node:
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


def may_waive(waiver: Record, names: tuple[str, ...], day: date, place: Place) -> Sure:
    """Whether everybody who signed a waiver holds one of the names on a day, and is not the holder."""
    if not waiver.by:
        return Sure.PERHAPS
    barred = (place.case.holder, place.subject)
    return min(Sure.NO if one in barred else holds(place.case, one, names, day) for one in waiver.by)
