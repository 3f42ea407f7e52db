"""Reads instruments from files, texts and checked tables; raises FileError with every mistake."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.instruments.check import check_instrument
from training.instruments.schema import InstrumentSchema, Item, Threshold, Thresholds
from training.parsing.findings import Findings
from training.parsing.messages import FileError
from training.parsing.values import text, texts
from training.parsing.yaml import Table, read_table, read_text

_JUDGED = Thresholds((Threshold("judged", "satisfactory"),))
"""What passes where somebody judges as a whole, and nothing else is said."""


def read_instrument(path: Path | str) -> InstrumentSchema:
    """Reads an instrument file."""
    return read_instrument_text(read_text(Path(path)), str(path))


def read_instrument_text(content: str, name: str = "instrument.yaml") -> InstrumentSchema:
    """Reads an instrument from a text; the name stands in messages."""
    return instrument_in(read_table(content, name), name)


def instrument_in(table: Table, name: str) -> InstrumentSchema:
    """Reads the instrument in a table; the name stands in messages."""
    found = Findings(name)
    check_instrument(table, found)
    if found.mistakes:
        raise FileError(found.mistakes)
    raters = _mapping(table.get("raters"))
    return InstrumentSchema(
        name=text(table["instrument"]),
        version=text(table["version"]),
        kind=text(table["kind"]),
        title=text(table.get("title")) or text(table["instrument"]),
        note=text(table.get("note")),
        scale=_levels(table.get("scale")),
        items={name: _item(name, row) for name, row in _mapping(table.get("items")).items()},
        sections={name: texts(items) for name, items in _mapping(table.get("sections")).items()},
        criteria=texts(table.get("criteria")),
        raters=int(raters.get("at_least") or 1),
        combine=text(raters.get("combine")) or "lowest",
        settles=text(raters.get("combine")) or "middle",
        agree_within=raters.get("agree_within"),
        passing=thresholds(table.get("pass")) or (_JUDGED if table["kind"] == "judgement" else None),
    )


def thresholds(table: Any) -> Thresholds | None:
    """Reads the forms of a `pass`, of an instrument or of a rule."""
    if not isinstance(table, Mapping):
        return None
    return Thresholds(tuple(one for form, value in table.items() for one in _forms(form, value)))


def _forms(form: str, value: Any) -> list[Threshold]:
    if form == "number":
        return [Threshold("number", limit, of=(item,)) for item, limit in value.items()]
    if isinstance(value, Mapping):
        limit = value.get("level") if "level" in value else value.get("at_least")
        return [Threshold(form, 0 if limit is None else limit, int(value.get("count") or 0), texts(value.get("of")))]
    return [Threshold(form, value)]


def _item(name: str, row: Any) -> Item:
    row = _mapping(row)
    words = {key: _words(row.get(key)) for key in ("harmful", "required", "basic", "advanced")}
    return Item(
        id=name,
        title=text(row.get("title")) or name.replace("_", " ").capitalize(),
        note=text(row.get("note")),
        core=bool(row.get("core")),
        levels=_levels(row.get("levels")),
        **words,
    )


def _levels(table: Any) -> dict[int, str]:
    return {int(level): words for level, words in sorted(_words(table).items(), key=lambda pair: int(pair[0]))}


def _words(table: Any) -> dict[str, str]:
    return {key: text(value) for key, value in _mapping(table).items()}


def _mapping(value: Any) -> Any:
    return value if isinstance(value, Table) else {}
