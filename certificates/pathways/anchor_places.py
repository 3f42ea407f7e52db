"""The places of a level whose requirements can wait for each other, and every table of ids in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from certificates.pathways.checking_anchors import AnchorPlace
from training.parsing.keywords import GROUPS
from training.parsing.yaml import Table


@dataclass(frozen=True)
class LevelPlace:
    """A place with its anchors; requirements of signatories are places of their own."""

    anchors: AnchorPlace

    def all_tables(self) -> Iterator[Table]:
        """Every mapping of ids in the place, also those that hang on a requirement."""
        for table in self.anchors.tables:
            yield from tables_in(table)


def places_of_level(level: Table) -> list[LevelPlace]:
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
    return [LevelPlace(place) for place in found] + [LevelPlace(_place("signing", [table], False)) for table in signing]


def place_of_delivery(table: Table) -> list[LevelPlace]:
    """The places of the rules for one delivery."""
    signing = [_place("signing", [one], False) for one in signing_in(table)]
    return [LevelPlace(place) for place in (_place("delivery", [table], False), *signing)]


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


def _place(section: str, tables: list[object], period: bool) -> AnchorPlace:
    return AnchorPlace(section, [table for table in tables if isinstance(table, Table)], period)


def _of(table: object, key: str) -> object:
    return table.get(key) if isinstance(table, Table) else None


def _rows(value: object) -> list[object]:
    return value if isinstance(value, list) else []
