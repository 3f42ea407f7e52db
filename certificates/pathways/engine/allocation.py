"""`use: once`: hands records out to leaves so that none serves two, and judges the leaves from what they got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates.pathways.engine.anchors import Window, could_be_met
from certificates.pathways.engine.candidates import Entries
from certificates.pathways.engine.context import Context
from certificates.pathways.engine.leaves import ids, not_yet_due, sure_and_perhaps
from certificates.pathways.engine.nodes import Count, Node
from certificates.pathways.language.schema import Leaf, Requirement
from training.parsing.values import Result, Sure


@dataclass(frozen=True, slots=True)
class Want:
    """A leaf that shares records: how many it needs, and the ids that count, in order."""

    name: str
    need: int
    surely: tuple[str, ...]
    perhaps: tuple[str, ...]
    open_ended: bool = False  # records of its type may be missing

    @property
    def any_way(self) -> tuple[str, ...]:
        """The ids that surely or perhaps count."""
        return self.surely + self.perhaps


def hand_out(wants: Sequence[Want]) -> tuple[dict[str, Result], dict[str, tuple[str, ...]]]:
    """The result of each leaf, and the records that are shown as its own."""
    results = _results(wants)
    met = [want for want in wants if results[want.name] is Result.MET]
    shown: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for place, want in enumerate(met):
        shown[want.name] = _take(want, met[place + 1 :], taken)
    for want in wants:
        if results[want.name] is not Result.MET:
            left = [one for one in want.surely if one not in taken][: want.need]
            shown[want.name] = tuple(left)
            taken.update(left)
    return results, shown


def can_serve(needs: Mapping[str, int], ids: Mapping[str, Sequence[str]]) -> bool:
    """Whether every leaf can have its number of records without sharing one."""
    owner: dict[str, str] = {}

    def find(name: str, tried: set[str]) -> bool:
        for one in ids[name]:
            if one in tried:
                continue
            tried.add(one)
            if one not in owner or find(owner[one], tried):
                owner[one] = name
                return True
        return False

    return all(find(name, set()) for name, need in needs.items() for _ in range(need))


def _results(wants: Sequence[Want]) -> dict[str, Result]:
    results: dict[str, Result] = {}
    found: list[Want] = []
    for want in wants:
        if _fit([*found, want], sure=True):
            results[want.name] = Result.MET
            found.append(want)
    for want in wants:
        if want.name in results:
            continue
        if want.open_ended:
            results[want.name] = Result.CANNOT_TELL
        elif _fit([*found, want], sure=False):
            results[want.name] = Result.CANNOT_TELL
            found.append(want)
        else:
            results[want.name] = Result.NOT_MET
    return results


def _fit(wants: Sequence[Want], *, sure: bool) -> bool:
    ids = {want.name: want.surely if sure else want.any_way for want in wants}
    return can_serve({want.name: want.need for want in wants}, ids)


def _take(want: Want, others: Sequence[Want], taken: set[str]) -> tuple[str, ...]:
    """The earliest records such that all other met leaves can still be served."""
    mine: list[str] = []
    needs = {other.name: other.need for other in others}
    for one in want.surely:
        if len(mine) == want.need:
            break
        if one in taken:
            continue
        out = {*taken, *mine, one}
        ids = {other.name: [name for name in other.surely if name not in out] for other in (*others, want)}
        if can_serve({**needs, want.name: want.need - len(mine) - 1}, ids):
            mine.append(one)
    taken.update(mine)
    return tuple(mine)


def judge_sharing(requirements: list[tuple[Requirement, Leaf]], place: Context) -> dict[str, Node]:
    """The bare node of each leaf that takes part, by its id."""
    found = {requirement.id: sure_and_perhaps(requirement, leaf, place) for requirement, leaf in requirements}
    wants = [_want(requirement.id, leaf, *found[requirement.id], place) for requirement, leaf in requirements]
    results, shown = hand_out(wants)
    nodes: dict[str, Node] = {}
    for want, (_, leaf) in zip(wants, requirements, strict=True):
        name = want.name
        nodes[name] = _node(want, leaf, result=results[name], used=shown[name], found=found[name], place=place)
    return nodes


def _want(name: str, leaf: Leaf, entries: Entries, window: Window, place: Context) -> Want:
    need = int(str(leaf.at_least[0][1])) if leaf.at_least else 1
    missing_site = leaf.of_site and place.case.site_of_holder() is None
    open_ended = (leaf.type in place.case.gaps and not window.waiting) or missing_site
    return Want(name, need, ids(entries, Sure.YES), ids(entries, Sure.PERHAPS), open_ended)


def _node(
    want: Want, leaf: Leaf, *, result: Result, used: tuple[str, ...], found: tuple[Entries, Window], place: Context
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
