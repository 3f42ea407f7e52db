"""Checks the forms of a `pass`, in a leaf and in an instrument."""

from collections.abc import Collection

from training.parsing.findings import Findings, shown
from training.parsing.messages import nearest
from training.parsing.yaml import Table

LONG = {
    "percent": ("at_least",),
    "mean": ("at_least",),
    "every_item": ("at_least",),
    "no_item_at": ("level",),
    "items_at": ("level", "count"),
}
"""Form of a pass → the keys of its numbers, where it is written at length; that of its limit comes first."""
_PLAIN = ("score", "agreement")
FORMS = (*LONG, "number", "judged", *_PLAIN)


def check_pass(
    found: Findings, table: Table, items: Collection[str] | None = None, names: Collection[str] = ()
) -> None:
    """Note what is wrong in a pass; items are those of an instrument, names those and its sections."""
    found.unknown_keys(table, FORMS, "pass")
    if not table:
        found.add(table, None, "pass asks for nothing", f"write one of: {', '.join(FORMS)}")
    for form in table:
        if form in LONG:
            _check_long(found, table, form, items, names)
        elif form == "number":
            _check_numbers(found, table, items)
        elif form == "judged" and table[form] != "satisfactory":
            found.add(table, form, f"judged is {shown(table[form])}", "write judged: satisfactory")
        elif form in _PLAIN:
            found.number(table, form, table[form])


def _check_long(
    found: Findings, table: Table, form: str, items: Collection[str] | None, names: Collection[str]
) -> None:
    value = table[form]
    if not isinstance(value, Table):
        if form == "items_at":
            found.add(table, form, "items_at has no level and count", "write items_at: {level: 3, count: 12}")
        else:
            found.number(table, form, value)
        return
    needed = LONG[form]
    found.unknown_keys(value, (*needed, "of"), form)
    for key in needed:
        if key not in value:
            found.add(table, form, f"{form} has no {key}", f"write {key} with a number")
        else:
            found.number(value, key, value[key])
    for name in found.texts(value, "of") if "of" in value else ():
        if items is not None and name not in names:
            found.add(value, "of", f"{name} is no item and no section", nearest(name, names))


def _check_numbers(found: Findings, table: Table, items: Collection[str] | None) -> None:
    value = found.table(table, "number")
    for item in value or ():
        assert value is not None
        found.number(value, item, value[item])
        if items is not None and item not in items:
            found.add(value, item, f"{item} is no item of this instrument", nearest(item, items))
