"""Builds instruments from checked tables."""

from typing import Any

from certificates.pathways.building import text, texts, thresholds
from certificates.pathways.marks import Instrument, Item
from certificates.pathways.yaml_lines import Table


def instrument(table: Table) -> Instrument:
    """The instrument of a checked table."""
    raters = _mapping(table.get("raters"))
    return Instrument(
        name=text(table["instrument"]),
        version=text(table["version"]),
        kind=text(table["kind"]),
        title=text(table.get("title")),
        note=text(table.get("note")),
        scale={int(level): text(words) for level, words in _mapping(table.get("scale")).items()},
        items={name: _item(name, row) for name, row in _mapping(table.get("items")).items()},
        sections={name: texts(items) for name, items in _mapping(table.get("sections")).items()},
        criteria=texts(table.get("criteria")),
        raters=int(raters.get("at_least") or 1),
        combine=text(raters.get("combine")) or "lowest",
        agree_within=raters.get("agree_within"),
        passing=thresholds(table.get("pass")),
    )


def _item(name: str, row: Any) -> Item:
    row = _mapping(row)
    words = {key: _words(row.get(key)) for key in ("harmful", "required", "basic", "advanced", "levels")}
    return Item(
        id=name,
        title=text(row.get("title")) or name.replace("_", " ").capitalize(),
        note=text(row.get("note")),
        core=bool(row.get("core")),
        **words,
    )


def _words(table: Any) -> dict[str, str]:
    return {key: text(value) for key, value in _mapping(table).items()}


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Table) else {}
