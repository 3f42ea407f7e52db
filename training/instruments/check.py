"""Checks instruments: the keys of each kind, scales, items with their behaviours, sections, raters, pass."""

import re
from collections.abc import Callable

from training.instruments.check_pass import check_pass
from training.parsing.findings import ID_REMEDY, Findings, is_id, is_text, shown
from training.parsing.keywords import INSTRUMENT_KINDS
from training.parsing.messages import nearest
from training.parsing.yaml import Table

_COMMON = ("instrument", "version", "kind", "title", "note", "source", "sections", "raters", "pass")
KEYS_OF_KIND: dict[str, tuple[str, ...]] = {
    "behaviours": (*_COMMON, "scale", "items"),
    "scale": (*_COMMON, "scale", "items"),
    "checklist": (*_COMMON, "items"),
    "numbers": (*_COMMON, "items"),
    "judgement": (*_COMMON, "criteria"),
}
BEHAVIOURS = ("harmful", "required", "basic", "advanced")
_OF_ITEM = ("title", "note", "core")
ITEM_KEYS: dict[str, tuple[str, ...]] = {
    "behaviours": (*_OF_ITEM, *BEHAVIOURS),
    "scale": (*_OF_ITEM, "levels"),
    "checklist": _OF_ITEM,
    "numbers": _OF_ITEM,
}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")


def check_instrument(table: Table, found: Findings) -> None:
    """Note everything that is wrong in an instrument."""
    for key in ("instrument", "version", "kind"):
        if key not in table:
            found.add(table, None, f"the instrument has no {key}", f"write its {key}")
        else:
            found.text(table, key)
    kind = str(table.get("kind"))
    if kind not in INSTRUMENT_KINDS:
        if "kind" in table:
            found.one_of(table, "kind", INSTRUMENT_KINDS)
        return
    found.unknown_keys(table, KEYS_OF_KIND[kind], f"an instrument of the kind {kind}")
    for key in ("title", "note"):
        if key in table:
            found.text(table, key)
    if "scale" in KEYS_OF_KIND[kind]:
        _check_scale(found, table, kind)
    items = _check_items(found, table, kind) if kind in ITEM_KEYS else []
    sections = _check_sections(found, table, items)
    raters = found.table(table, "raters") if "raters" in table else None
    if raters is not None:
        found.unknown_keys(raters, tuple(_RATERS), "raters")
        for key in [key for key in _RATERS if key in raters]:
            _RATERS[key](found, raters, key)
    if "criteria" in table and not isinstance(table["criteria"], list):
        found.add(table, "criteria", f"criteria is {shown(table['criteria'])}", "write a list, a line for each")
    rule = found.table(table, "pass") if "pass" in table else None
    if rule is not None:
        check_pass(found, rule, items, [*items, *sections])


def _check_scale(found: Findings, table: Table, kind: str) -> None:
    if "scale" not in table:
        found.add(table, None, "the instrument has no scale", "write scale: with a word for each number")
        return
    scale = found.table(table, "scale")
    if scale is None:
        return
    for level in scale:
        if not _WHOLE.fullmatch(level):
            found.add(scale, level, f"{level} is no level of a scale", "write a whole number")
    if kind == "behaviours" and len(scale) != 4:
        found.add(table, "scale", f"the scale has {len(scale)} levels", "write four, from harm to more than the basics")
    elif len(scale) < 2:
        found.add(table, "scale", f"the scale has {len(scale)} levels", "write two or more")


def _check_items(found: Findings, table: Table, kind: str) -> list[str]:
    items = found.table(table, "items") if "items" in table else None
    if not items:
        found.add(table, "items", "the instrument has no items", "write at least one item")
        return []
    for name in items:
        if not is_id(name):
            found.add(items, name, f"{name} is no id", ID_REMEDY)
        row = found.table(items, name) if items[name] is not None else None
        if row is None:
            continue
        found.unknown_keys(row, ITEM_KEYS[kind], f"an item of the kind {kind}")
        for key in ("title", "note"):
            if key in row:
                found.text(row, key)
        if "core" in row and not isinstance(row["core"], bool):
            found.add(row, "core", f"core is {shown(row['core'])}", "write true or false")
        if "levels" in row:
            found.table(row, "levels")
        if kind == "behaviours":
            _check_behaviours(found, items, name, row)
    return list(items)


def _check_behaviours(found: Findings, items: Table, name: str, row: Table) -> None:
    if not row.get("basic"):
        found.add(items, name, f"{name} has no basic behaviours", "write basic: with at least one")
    seen: set[str] = set()
    for key in BEHAVIOURS:
        words = found.table(row, key) if key in row else None
        for one in words or ():
            assert words is not None
            if not is_text(words[one]):
                found.add(words, one, f"{one} is {shown(words[one])}", "write what is seen")
            if not is_id(one):
                found.add(words, one, f"{one} is no id", ID_REMEDY)
            if one in seen:
                found.add(words, one, f"{one} stands twice in {name}", "give one of them another id")
            seen.add(one)


def _check_sections(found: Findings, table: Table, items: list[str]) -> list[str]:
    sections = found.table(table, "sections") if "sections" in table else None
    for name in sections or ():
        assert sections is not None
        for item in found.texts(sections, name):
            if item not in items:
                found.add(sections, name, f"{item} is no item of this instrument", nearest(item, items))
    return list(sections or ())


_RATERS: dict[str, Callable[[Findings, Table, str], object]] = {
    "at_least": lambda found, raters, key: found.whole(raters, key, raters[key], 1),
    "combine": lambda found, raters, key: found.one_of(raters, key, ("lowest", "mean"), "way to combine"),
    "agree_within": lambda found, raters, key: found.number(raters, key, raters[key], 0),
}
