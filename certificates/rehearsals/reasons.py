"""Why a level would stand otherwise under other rules, in the words of the verdict: what is missing, new, or gone."""

from collections.abc import Iterable, Iterator, Mapping

from certificates.evaluations.verdict_text import describe_nodes
from certificates.pathways.engine.nodes import Node
from certificates.pathways.engine.verdict import LevelVerdict
from training.core.dates import day
from training.parsing.values import Result

FINE = (Result.MET, Result.NOT_APPLICABLE)
UNGRANTED = ("not_started", "in_training", "ready")
LONGEST = 1000


def reasons(before: LevelVerdict | None, after: LevelVerdict | None, titles: Mapping[str, str]) -> str:
    """Says in a few sentences what makes the difference between two verdicts on one level."""
    if after is None:
        return "The rules have no such level any more."
    lines = list(dict.fromkeys(_lines(before, after, titles)))
    if not lines:
        lines = list(dict.fromkeys(_missing(_top(after), titles))) or ["All that is asked is met."]
    words = ". ".join(lines).rstrip(".") + "."
    return words if len(words) <= LONGEST else words[: LONGEST - 2].rpartition(". ")[0] + ". …"


def _lines(before: LevelVerdict | None, after: LevelVerdict, titles: Mapping[str, str]) -> Iterator[str]:
    old = {node.id: node for one in _top(before) for node in one.walk()} if before else {}
    new = {node.id: node for one in _top(after) for node in one.walk()}
    yield from _lost(_top(after), old, titles)
    for node in old.values():
        if node.result in FINE or node.advisory or node.children:
            continue
        found = new.get(node.id)
        if found is None:
            yield f"{node.title}: not asked any more"
        elif found.result in FINE:
            yield _told(found, titles)
    for node in new.values():
        if node.id not in old and node.result is Result.MET and not node.children:
            yield f"New: {_told(node, titles)}"
    if before and before.standing.valid_until != after.standing.valid_until:
        ends = [one.standing.valid_until for one in (after, before)]
        until, then = (f"until {day(one)}" if one else "for ever" for one in ends)
        yield f"Holds {until}, not {then}"


def _lost(nodes: Iterable[Node], old: Mapping[str, Node], titles: Mapping[str, str]) -> Iterator[str]:
    """Says of each requirement that is not met any more, or is new and not met, down to its parts, how far it is."""
    for node in nodes:
        known = old.get(node.id)
        if node.result in FINE or node.advisory or (known and known.result not in FINE):
            continue
        parts = list(_lost(node.children, old, titles))
        yield from parts or [f"{'' if known else 'New: '}{_told(node, titles)}"]


def _missing(nodes: Iterable[Node], titles: Mapping[str, str]) -> Iterator[str]:
    yield from (_told(node, titles) for node in nodes if node.result not in FINE and not node.advisory)


def _top(level: LevelVerdict) -> tuple[Node, ...]:
    """What decides how a level stands: before a grant what it asks, after it what keeps, renews or returns it."""
    if level.standing.state in UNGRANTED:
        return level.entry + level.requires
    parts = (level.renewal, level.keep, level.return_, level.lifted_by)
    return tuple(node for part in parts if part for node in part.requires)


def _told(node: Node, titles: Mapping[str, str]) -> str:
    [told] = describe_nodes([node.as_json()], titles)
    return f"{node.title}: {told['remarks'] or told['word'].lower()}"
