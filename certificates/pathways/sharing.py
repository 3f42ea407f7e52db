"""Judges the leaves of a `use: once` group together, from the records that were handed out to each."""

from certificates.pathways.anchors import Window, could_be_met
from certificates.pathways.candidates import Entries
from certificates.pathways.leaves import ids, not_yet_due, sure_and_perhaps
from certificates.pathways.nodes import Count, Node
from certificates.pathways.once import Want, hand_out
from certificates.pathways.places import Place
from certificates.pathways.shapes import Leaf, Requirement
from training.parsing.values import Result, Sure


def judge_sharing(requirements: list[tuple[Requirement, Leaf]], place: Place) -> dict[str, Node]:
    """The bare node of each leaf that takes part, by its id."""
    found = {requirement.id: sure_and_perhaps(requirement, leaf, place) for requirement, leaf in requirements}
    wants = [_want(requirement.id, leaf, *found[requirement.id], place) for requirement, leaf in requirements]
    results, shown = hand_out(wants)
    nodes: dict[str, Node] = {}
    for want, (_, leaf) in zip(wants, requirements, strict=True):
        name = want.name
        nodes[name] = _node(want, leaf, result=results[name], used=shown[name], found=found[name], place=place)
    return nodes


def _want(name: str, leaf: Leaf, entries: Entries, window: Window, place: Place) -> Want:
    need = int(str(leaf.at_least[0][1])) if leaf.at_least else 1
    missing_site = leaf.of_site and place.case.site_of_holder() is None
    open_ended = (leaf.type in place.case.gaps and not window.waiting) or missing_site
    return Want(name, need, ids(entries, Sure.YES), ids(entries, Sure.PERHAPS), open_ended)


def _node(
    want: Want, leaf: Leaf, *, result: Result, used: tuple[str, ...], found: tuple[Entries, Window], place: Place
) -> Node:
    entries, window = found
    have = len(used)
    might = want.need if result is Result.CANNOT_TELL else have
    count = Count("records", have, might, want.need, result)
    days = [one.day for one, _ in entries if one.id in used and one.day]
    if result is Result.NOT_MET and not_yet_due(leaf, window, place):
        result = Result.MET
    node = Node(want.name, result, counts=(count,), used=used, maybe=want.perhaps, waits_for=window.waits_for)
    if result is Result.MET:
        return node.but(met_on=max(days, default=None) if have >= want.need else None)
    if result is Result.NOT_MET:
        earliest, late = could_be_met(leaf, window, place)
        return node.but(earliest=earliest, late=late)
    return node
