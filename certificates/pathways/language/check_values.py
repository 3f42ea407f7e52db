"""Checks the values of the keys of a leaf: amounts, conditions, parts, lengths, signatories."""

from certificates.pathways.language.scope import Scope
from training.instruments.check_pass import check_pass
from training.parsing.findings import shown
from training.parsing.keywords import DATE, NUMBER, OUTCOMES, RELATIONS, STANDINGS, TEXT
from training.parsing.values import as_list, plain_values
from training.parsing.yaml import Table

PORTION_KEYS = ("where", "at_least", "different", "counts_up_to", "note")
_WORDS_OF_AWARDS = {"standing": STANDINGS, "outcome": OUTCOMES}


def at_least(scope: Scope, row: Table, key: str) -> None:
    """Records, or sums of attributes; at least 1."""
    _amounts(scope, row, key, least=1)


def at_most(scope: Scope, row: Table, key: str) -> None:
    """Records, or sums of attributes; at least 0."""
    _amounts(scope, row, key, least=0)


def different(scope: Scope, row: Table, key: str) -> None:
    """So many different values of attributes."""
    table = scope.found.table(row, key)
    for name in table or ():
        assert table is not None
        if scope.attribute(table, name, names_too=True):
            scope.found.whole(table, name, table[name], 1)


def each(scope: Scope, row: Table, key: str) -> None:
    """One attribute with a list of values."""
    table = scope.found.table(row, key)
    if table is None:
        return
    if len(table) != 1:
        scope.found.add(row, key, "each names more or less than one attribute", "write each: {topic: [a, b]}")
    for name, values in table.items():
        if not scope.attribute(table, name):
            continue
        if not isinstance(values, list) or not values:
            scope.found.add(table, name, f"{name} is {shown(values)} and should be a list", "write a list of values")
            continue
        for value in values:
            if scope.value(table, name, value, scope.kinds[name]):
                scope.choice(table, name, value, name)


def where(scope: Scope, row: Table, key: str) -> None:
    """Conditions on attributes."""
    table = scope.found.table(row, key)
    if table is None:
        return
    if not table:
        scope.found.add(row, key, f"{key} has no conditions", "write an attribute with a value, or take it out")
    for name, value in table.items():
        if not scope.attribute(table, name):
            continue
        words = _WORDS_OF_AWARDS.get(name) if "award" in row else None
        if isinstance(value, Table):
            _ends(scope, table, name, value)
            if words and "not" in value:
                scope.found.some_of(value, "not", words, name)
        elif words:
            scope.found.some_of(table, name, words)
        else:
            _values(scope, table, name, value, name)


def of_which(scope: Scope, row: Table, key: str) -> None:
    """Named parts of the records that count."""
    table = scope.found.table(row, key)
    for name in table or ():
        assert table is not None
        part = scope.found.table(table, name)
        if part is None:
            continue
        scope.found.unknown_keys(part, PORTION_KEYS, "of_which")
        if "where" not in part:
            scope.found.add(table, name, f"{name} has no where", "write which records it is about")
        if not any(one in part for one in PORTION_KEYS[1:4]):
            scope.found.add(table, name, f"{name} asks for nothing", "write at_least, different or counts_up_to")
        if "where" in part:
            where(scope, part, "where")
        if "different" in part:
            different(scope, part, "different")
        for one in ("at_least", "counts_up_to"):
            if one in part:
                at_least(scope, part, one)


def passing(scope: Scope, row: Table, key: str) -> None:
    """The threshold, or any."""
    if row[key] == "any":
        return
    table = row[key]
    if isinstance(table, Table):
        check_pass(scope.found, table)
    else:
        scope.found.add(row, key, f"pass is {shown(table)}", "write pass: any, or a mapping such as {score: 80}")


def within(scope: Scope, row: Table, key: str) -> None:
    """One length, or two, the shorter first."""
    value = row[key]
    parts = as_list(value)
    if len(parts) > 2 or not parts:
        scope.found.add(row, key, f"{key} has {len(parts)} lengths", "write one length, or two in a list")
        return
    lengths = [scope.found.as_length(row, key, part) for part in parts]
    if len(lengths) == 2 and lengths[0] and lengths[1] and lengths[0].about_days() > lengths[1].about_days():
        scope.found.add(row, key, "the lengths of within stand the wrong way round", "write the shorter one first")


def length(scope: Scope, row: Table, key: str) -> None:
    """A length."""
    scope.found.length(row, key)


def site(scope: Scope, row: Table, key: str) -> None:
    """The word site."""
    scope.found.one_of(row, key, ("site",))


def true(scope: Scope, row: Table, key: str) -> None:
    """The word true."""
    scope.found.truth(row, key)


def text(scope: Scope, row: Table, key: str) -> None:
    """Text."""
    scope.found.text(row, key)


def anchors(scope: Scope, row: Table, key: str) -> None:
    """Days, ids or words that stand for a day; whether they exist is checked once all ids are known."""
    values = as_list(row[key])
    if not values or not all(scope_value(one) for one in values):
        scope.found.add(row, key, f"{key} is {shown(row[key])}", "write a day, or the id of what it waits for")


def relations(scope: Scope, row: Table, key: str) -> None:
    """Words for what somebody may not be to the holder."""
    scope.found.some_of(row, key, RELATIONS, "relation")


def scope_value(value: object) -> bool:
    """Whether a value can be an anchor."""
    return isinstance(value, str) or hasattr(value, "toordinal")


def _amounts(scope: Scope, row: Table, key: str, *, least: int) -> None:
    value = row[key]
    if not isinstance(value, Table):
        scope.found.whole(row, key, value, least)
        return
    if not value:
        scope.found.add(row, key, f"{key} names no attribute", "write a number, or an attribute with a number")
    for name, amount in value.items():
        sound = scope.attribute(value, name, (NUMBER,)) and scope.found.number(value, name, amount, 0)
        if sound and least and not amount:
            scope.found.add(value, name, f"{name} is 0", "write more than 0, or take it out")


def _values(scope: Scope, table: Table, key: str, value: object, attribute: str) -> None:
    values = as_list(value)
    if not values:
        scope.found.add(table, key, f"{key} has no value", "write a value or a list of values")
    for one in values:
        if scope.value(table, key, one, scope.kinds[attribute]):
            scope.choice(table, key, one, attribute)


def _ends(scope: Scope, table: Table, name: str, ends: Table) -> None:
    scope.found.unknown_keys(ends, ("min", "max", "not"), f"the condition on {name}")
    if "not" in ends:
        _values(scope, ends, "not", ends["not"], name)
    kind = scope.kinds[name]
    if kind not in (NUMBER, DATE, TEXT) and ("min" in ends or "max" in ends):
        scope.found.add(table, name, f"{name} is true or false and has no min or max", "write true or false")
        return
    fine = [scope.value(ends, end, ends[end], kind) for end in ("min", "max") if end in ends]
    if len(fine) == 2 and all(fine) and ends["min"] > ends["max"]:  # type: ignore[operator]
        scope.found.add(ends, "min", f"min of {name} is above max: nobody can meet it", "change one of the two")
    elif all(fine) and (known := sorted(scope.choices.get(name, ()))):
        low = plain_values(ends["min"], kind) if "min" in ends else known[:1]
        high = plain_values(ends["max"], kind) if "max" in ends else known[-1:]
        if not any(low[0] <= one <= high[0] for one in known):  # type: ignore[operator]
            what = f"no value of {name} lies within these ends: nobody can meet it"
            scope.found.add(table, name, what, f"use one of: {', '.join(map(str, known))}")
