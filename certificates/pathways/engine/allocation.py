"""`use: once`: hands records out to leaves so that none serves two, and judges the leaves from what they got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates.pathways.engine.anchors import Window, could_be_met, not_yet_due
from certificates.pathways.engine.candidates import Entries, ids
from certificates.pathways.engine.context import RequirementContext
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


@dataclass(frozen=True, slots=True)
class Sharer:
    """A leaf that shares its records with others: the records that count for it, and its limits."""

    requirement: Requirement
    leaf: Leaf
    entries: Entries
    window: Window

    def want(self, place: RequirementContext) -> Want:
        """What it needs and could take."""
        leaf = self.leaf
        need = int(str(leaf.at_least[0][1])) if leaf.at_least else 1
        open_ended = leaf.type in place.case.gaps and not self.window.waiting
        surely, perhaps = ids(self.entries, Sure.YES), ids(self.entries, Sure.PERHAPS)
        return Want(self.requirement.id, need, surely, perhaps, open_ended or place.owner_of(leaf) is None)


def judge_sharers(sharers: Sequence[Sharer], place: RequirementContext) -> dict[str, Node]:
    """The bare node of each leaf that takes part, by its id."""
    wants = [sharer.want(place) for sharer in sharers]
    results, shown = hand_out(wants)
    nodes: dict[str, Node] = {}
    for want, sharer in zip(wants, sharers, strict=True):
        result, used, window = results[want.name], shown[want.name], sharer.window
        might = want.need if result is Result.CANNOT_TELL else len(used)
        count = Count("records", len(used), might, want.need, result)
        if result is Result.NOT_MET and not_yet_due(sharer.leaf, window, place):
            result = Result.MET
        node = Node(want.name, result, counts=(count,), used=used, maybe=want.perhaps, waits_for=window.waits_for)
        if result is Result.MET and len(used) >= want.need:
            days = [one.day for one, _ in sharer.entries if one.id in used and one.day]
            node = node.but(met_on=max(days, default=None))
        elif result is Result.NOT_MET:
            earliest, late = could_be_met(sharer.leaf, window, place)
            node = node.but(earliest=earliest, late=late)
        nodes[want.name] = node
    return nodes
