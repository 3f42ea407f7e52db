"""Sheets as they were read of a file, kept as lines of JSON: a workbook is opened once, and not at every step; pure."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice

from training.parsing.workbooks import TextSheet

MARK = b"\0sheets\n"
"""How they begin: no table that anybody hands in does, as there is no such letter in any."""


def packed(sheets: Iterable[TextSheet]) -> bytes:
    """Writes sheets one after the other: a line that says how many rows follow, and a line for each of these."""
    lines = (json.dumps(line, ensure_ascii=False) for sheet in sheets for line in _lines(sheet))
    return MARK + "\n".join(lines).encode("utf-8", "surrogatepass")


def unpacked(content: bytes, name: str) -> TextSheet:
    """Reads the sheet of a name, a line at a time, so that others have their turns meanwhile."""
    lines = iter(content.removeprefix(MARK).split(b"\n"))
    while True:
        found, header, header_line, count = json.loads(next(lines))
        rows = islice(lines, count)
        if found == name:
            return TextSheet(found, tuple(header), tuple(map(_row, rows)), header_line)
        for _ in rows:
            pass


def _lines(sheet: TextSheet) -> Iterator[object]:
    yield sheet.name, sheet.header, sheet.header_line, len(sheet.rows)
    yield from ((number, *cells) for number, cells in sheet.rows)


def _row(line: bytes) -> tuple[int, tuple[str, ...]]:
    number, *cells = json.loads(line)
    return number, tuple(cells)
