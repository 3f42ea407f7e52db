"""Checks a whole pathway: its head, its levels, its deliveries, and circles of awards."""

from collections.abc import Iterable

from certificates.pathways.language.check_anchors import check_anchors, place_of_delivery, places_of_level
from certificates.pathways.language.check_level import check_level
from certificates.pathways.language.check_requirement import check_effective, check_requirements
from certificates.pathways.language.scope import Scope, check_id
from training.parsing.findings import ID_REMEDY, Findings, is_id, is_text, shown
from training.parsing.keywords import ATTRIBUTE_KINDS, ATTRIBUTES, DATE, YES_OR_NO
from training.parsing.values import Value, plain_values
from training.parsing.yaml import Table

TOP_KEYS = (
    "pathway", "title", "version", "owner", "jurisdiction", "note", "effective", "extends", "roles", "attributes",
    "sources", "source", "open_questions", "levels", "deliveries",
)  # fmt: skip
ATTRIBUTE_KEYS = ("type", "label", "one_of")
_DECIDING = ("requires", "keep", "lifted_by")  # places in which an award may not rest on itself


def check_pathway(table: Table, found: Findings) -> None:
    """Note everything that is wrong in a pathway with its bases merged in."""
    found.unknown_keys(table, TOP_KEYS, "a pathway")
    if not is_id(str(table["pathway"])):
        found.add(table, "pathway", f"{table['pathway']} is no id", ID_REMEDY)
    for key in ("title", "version", "owner", "jurisdiction", "note"):
        if key in table:
            found.text(table, key)
    scope = _scope(table, found)
    if "effective" in table:
        check_effective(scope, table, "effective")
    if "source" in table:
        scope.source(table, "source")
    if "open_questions" in table and not isinstance(table["open_questions"], list):
        found.add(table, "open_questions", "open_questions is no list", "write a list of questions")
    levels = found.table(table, "levels") if "levels" in table else None
    if not levels:
        found.add(table, "levels", "the pathway has no levels", "write at least one level")
    for name in levels or ():
        assert levels is not None
        check_id(found, levels, name)
        check_level(scope, levels, name)
    if levels:
        _check_award_circles(levels, found)
    _check_deliveries(scope, table)


def _scope(table: Table, found: Findings) -> Scope:
    """What is known in the pathway: its roles, levels, attributes and sources."""
    roles = found.texts(table, "roles") if table.get("roles") else []
    own = found.table(table, "attributes") if "attributes" in table else None
    attributes = {name: _check_attribute(found, own, name) for name in own} if own else {}
    sources = found.table(table, "sources") if "sources" in table else None
    for name in sources or ():
        assert sources is not None
        if not is_text(sources[name]):
            found.add(sources, name, f"{name} is {shown(sources[name])}", "write an address or a few words")
    levels = table.get("levels")
    return Scope(
        found=found,
        roles=frozenset(roles),
        levels=tuple(levels) if isinstance(levels, Table) else (),
        kinds={**ATTRIBUTES, **{name: kind for name, (kind, _) in attributes.items() if kind}},
        choices={name: values for name, (_, values) in attributes.items() if values},
        sources=tuple(sources or ()),
    )


def _check_attribute(found: Findings, own: Table, name: str) -> tuple[str | None, tuple[Value, ...]]:
    """Returns the kind of an attribute of the pathway's own and its only values, from the short form or the long one.

    Without a kind it is wrong; without values it may have any.
    """
    row = own[name]
    if not isinstance(row, Table):
        found.one_of(own, name, ATTRIBUTE_KINDS, "kind of attribute")
        return (str(row) if row in ATTRIBUTE_KINDS else None), ()
    found.unknown_keys(row, ATTRIBUTE_KEYS, "an attribute")
    if "label" in row and not (isinstance(row["label"], str) and row["label"]):
        found.add(row, "label", f"label is {shown(row['label'])} and should be text", "write what people call it")
    if "type" not in row:
        found.add(own, name, f"{name} has no type", f"write type: {', '.join(ATTRIBUTE_KINDS[:-1])} or {DATE}")
        return None, ()
    found.one_of(row, "type", ATTRIBUTE_KINDS, "kind of attribute")
    kind = str(row["type"]) if row["type"] in ATTRIBUTE_KINDS else None
    values = row.get("one_of")
    if kind is None or "one_of" not in row:
        return kind, ()
    if kind == YES_OR_NO:
        found.add(row, "one_of", f"{name} is true or false and has no other values", "take one_of out")
    elif not isinstance(values, list) or not values:
        found.add(row, "one_of", f"one_of is {shown(values)} and should be a list of values", "write [a, b]")
    elif all(Scope(found).value(row, "one_of", value, kind) for value in values):
        return kind, plain_values(values, kind)
    return kind, ()


def _check_deliveries(scope: Scope, table: Table) -> None:
    deliveries = scope.found.table(table, "deliveries") if "deliveries" in table else None
    for name in deliveries or ():
        assert deliveries is not None
        check_requirements(scope.within(section="delivery"), deliveries, name)
        rules = deliveries[name]
        for place in place_of_delivery(rules) if isinstance(rules, Table) else ():
            check_anchors(
                place.anchors, scope.levels, [name for table in place.all_tables() for name in table], scope.found
            )


def _check_award_circles(levels: Table, found: Findings) -> None:
    """Note levels that ask for each other's award."""
    asks = {name: list(_awards(level)) for name, level in levels.tables()}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> bool:
        if name in path:
            ring = path[path.index(name) :]
            row = next(row for wanted, row in asks[ring[0]] if wanted == (*ring, name)[1])
            what = f"{' asks for '.join((*ring, name))}: a circle of awards"
            found.add(row, "award", what, "take one of the awards out")
            return True
        if name in done:
            return False
        done.add(name)
        return any(follow(wanted, (*path, name)) for wanted, _ in asks[name] if wanted in asks)

    for name in asks:
        if follow(name, ()):
            return


def _awards(level: Table) -> Iterable[tuple[str, Table]]:
    for place in places_of_level(level):
        if place.anchors.section not in _DECIDING:
            continue
        for table in place.all_tables():
            for _, row in table.tables():
                for one in (row, row.get("applies_when")):
                    if isinstance(one, Table) and "award" in one:
                        names = one["award"] if isinstance(one["award"], list) else [one["award"]]
                        yield from ((str(name), one) for name in names)
