"""Checks anchors: that they exist, can be seen, have a day, and do not run in a circle."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from certificates.pathways.language.overlays import is_verb
from training.parsing.findings import Findings, as_day
from training.parsing.keywords import ASKED_TYPES, GROUPS
from training.parsing.messages import nearest
from training.parsing.values import as_list
from training.parsing.yaml import Table

ANCHOR_KEYS = ("since", "after", "up_to", "before")
SEEN_FROM: dict[str, tuple[str, ...]] = {
    "renewal": ("award", "end"),
    "lifted_by": ("award", "end"),
    "keep": ("award", "end"),
    "while": ("award", "end"),
    "return": ("award", "end", "lapse"),
    "delivery": ("this",),
}
_LOWER = ("at_least", "different", "new")


@dataclass(frozen=True)
class PlacedRequirement:
    """A requirement as it stands in its place: with the group that hands out its records, and what it rests on."""

    name: str
    row: Table
    owner: Table
    once: Table | None = None
    children: tuple[str, ...] = ()


@dataclass
class AnchorPosition:
    """One place of requirements whose ids can be anchors for each other."""

    section: str
    tables: list[Table]
    has_period: bool = False
    standing: dict[str, PlacedRequirement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in self.tables:
            self._enter(table, None)

    def _enter(self, table: Table, once: Table | None) -> None:
        for name, row in table.tables():
            if is_verb(row):
                continue
            children: list[str] = []
            for kind in GROUPS:
                below = row.get(kind)
                if isinstance(below, Table):
                    children += [one for one, _ in below.tables()]
                    self._enter(below, row if row.get("use") == "once" else None)
            self.standing.setdefault(name, PlacedRequirement(name, row, table, once, tuple(children)))


def check_anchors(place: AnchorPosition, levels: Iterable[str], everywhere: Iterable[str], found: Findings) -> None:
    """Note every anchor of a place that leads nowhere, and every circle."""
    known, elsewhere = list(levels), set(everywhere)
    for one in place.standing.values():
        for row, in_each_with in leaves_of(one.row):
            for key in ANCHOR_KEYS:
                for name in anchor_names(row, key):
                    _check_one(place, one, row, key, name, known, elsewhere, in_each_with=in_each_with, found=found)
    _check_circles(place, found)


def leaves_of(row: Table, in_each_with: bool = False) -> Iterator[tuple[Table, bool]]:
    """The requirement itself and what hangs on it without an id of this place: applies_when and each_with."""
    yield row, in_each_with
    inner = row.get("applies_when")
    if isinstance(inner, Table):
        yield from _deep(inner, in_each_with)
    below = row.get("each_with")
    for _, one in below.tables() if isinstance(below, Table) else ():
        yield from _deep(one, True)


def anchor_names(row: Table, key: str) -> list[str]:
    """The anchors of a key that are words."""
    return [one for one in as_list(row.get(key)) if isinstance(one, str) and as_day(one) is None]


def _deep(row: Table, in_each_with: bool) -> Iterator[tuple[Table, bool]]:
    yield from leaves_of(row, in_each_with)
    for kind in GROUPS:
        below = row.get(kind)
        for _, one in below.tables() if isinstance(below, Table) else ():
            yield from _deep(one, in_each_with)


def _check_one(
    place: AnchorPosition, one: PlacedRequirement, row: Table, key: str, name: str, levels: list[str],
    elsewhere: set[str], *, in_each_with: bool, found: Findings,
) -> None:  # fmt: skip
    words = SEEN_FROM.get(place.section, ()) + (("this",) if in_each_with else ())
    target = place.standing.get(name)
    if name in words and target is None:
        if name == "end" and not place.has_period:
            found.add(row, key, "end is an anchor and the level has no period", "write valid with a length")
    elif target is not None and one.once is not None and target.once is one.once:
        found.add(row, key, f"{one.name} waits for its sibling {target.name} under use: once", "take one of them out")
    elif target is not None:
        if not has_day(target.row):
            what = f"{target.name} has no day and cannot be waited for"
            found.add(row, key, what, "wait for a requirement that has a day")
    elif name in levels:
        return
    elif name in elsewhere or name in ("award", "end", "lapse", "this"):
        what = f"{name} cannot be seen from {place.section}"
        found.add(row, key, what, "wait for something in the same place, or for a level")
    else:
        remedy = nearest(name, [*place.standing, *levels, *words])
        found.add(row, key, f"{name} is no requirement of this place and no level", remedy)


def has_day(row: Table) -> bool:
    """Whether a requirement can have a day on which it was met."""
    if row.get("advisory") or any(key in row for key in ("none_of", "this", "team")):
        return False
    if any(key in ASKED_TYPES for key in row):
        limit_alone = "at_most" in row and not any(key in row for key in _LOWER)
        return not limit_alone and ("every" not in row or "for" in row)
    return True


def _check_circles(place: AnchorPosition, found: Findings) -> None:
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> bool:
        if name in path:
            ring = path[path.index(name) :]
            first = min(ring, key=lambda one: list(place.standing).index(one))
            one = place.standing[first]
            key = next((key for key in ANCHOR_KEYS if anchor_names(one.row, key)), None)
            what = f"{' waits for '.join((*ring, name))}: a circle"
            found.add(one.row if key else one.owner, key or first, what, "let one of them wait for something else")
            return True
        if name in done:
            return False
        done.add(name)
        return any(follow(below, (*path, name)) for below in _rests_on(place, name))

    for name in place.standing:
        if follow(name, ()):
            return


def _rests_on(place: AnchorPosition, name: str) -> list[str]:
    """What a requirement needs to be judged first; leaves that share records need what their siblings need."""
    one = place.standing[name]
    rows = [one.row]
    if one.once is not None:
        shared = one.once.get("all_of")
        rows += [row for _, row in shared.tables()] if isinstance(shared, Table) else []
    anchors = [
        anchor
        for row in rows
        for leaf, _ in leaves_of(row)
        for key in ANCHOR_KEYS
        for anchor in anchor_names(leaf, key)
    ]
    return [below for below in (*one.children, *anchors) if below in place.standing]


@dataclass(frozen=True)
class RequirementScope:
    """A place with its anchors; requirements of signatories are places of their own."""

    anchors: AnchorPosition

    def all_tables(self) -> Iterator[Table]:
        """Every mapping of ids in the place, also those that hang on a requirement."""
        for table in self.anchors.tables:
            yield from tables_in(table)


def places_of_level(level: Table) -> list[RequirementScope]:
    """Every place of a level that can be read, those of signatories last."""
    period = level.get("valid") not in (None, "unlimited")
    named = [
        ("requires", [level.get("entry"), level.get("requires")]),
        ("renewal", [_of(level.get("renewal"), "requires")]),
        ("keep", [level.get("keep")]),
        ("return", [level.get("return")]),
        ("lifted_by", [_of(_of(level.get("decision"), "conditional"), "lifted_by")]),
        *(("while", [_of(row, "while")]) for row in _rows(level.get("permits"))),
    ]
    found = [_place(section, tables, period) for section, tables in named]
    signing = [table for place in found for outer in place.tables for table in signing_in(outer)]
    return [RequirementScope(place) for place in found] + [
        RequirementScope(_place("signing", [table], False)) for table in signing
    ]


def place_of_delivery(table: Table) -> list[RequirementScope]:
    """The places of the rules for one delivery."""
    signing = [_place("signing", [one], False) for one in signing_in(table)]
    return [RequirementScope(place) for place in (_place("delivery", [table], False), *signing)]


def tables_in(table: Table) -> Iterator[Table]:
    """A mapping of requirements, and those below: in groups, each_with and applies_when, not of signatories."""
    yield table
    for _, row in table.tables():
        yield from _below(row)


def signing_in(table: Table) -> Iterator[Table]:
    """The mappings of requirements on signatories in a mapping of requirements."""
    for inner in tables_in(table):
        for _, row in inner.tables():
            requires = _of(row.get("by"), "requires")
            if isinstance(requires, Table):
                yield requires


def _below(row: Table) -> Iterator[Table]:
    for key in (*GROUPS, "each_with"):
        inner = row.get(key)
        if isinstance(inner, Table):
            yield from tables_in(inner)
    when = row.get("applies_when")
    if isinstance(when, Table):
        yield from _below(when)


def _place(section: str, tables: list[object], period: bool) -> AnchorPosition:
    return AnchorPosition(section, [table for table in tables if isinstance(table, Table)], period)


def _of(table: object, key: str) -> object:
    return table.get(key) if isinstance(table, Table) else None


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []
