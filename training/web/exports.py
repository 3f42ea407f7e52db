"""A list as a file for spreadsheets: CSV that Excel reads as UTF-8, or XLSX; no cell of it is taken for a formula."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from starlette.responses import Response, StreamingResponse

from training.core.errors import Invalid
from training.parsing.csv import line_of, plain_cell
from training.web.render import as_file

BOM = "\ufeff"
"""Without this first letter Excel takes UTF-8 for the letters of the machine, and ŷ for two others."""
MOST_ROWS = 1_048_576
"""Rows that a sheet of Excel holds."""
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cells = Sequence[str]
Pieces = AsyncIterator[Sequence[Cells]]
"""Rows of a file, some at a time."""


async def spreadsheet(name: str, kind: str, rows: Iterable[Cells]) -> Response:
    """Gives the rows, of which the first names the columns, as a file of the kind; it is written beside the loop."""
    media_type, write = KINDS[kind]
    content = await asyncio.to_thread(write, rows)
    return Response(content, media_type=media_type, headers=as_file(f"{name}.{kind}"))


async def list_file(name: str, kind: str, pieces: Pieces, *, columns: Cells, head: Sequence[str]) -> Response:
    """Gives rows as they are read, under their columns; a workbook says the lines of `head` above them.

    A CSV file is sent piece by piece, so that it never stands in memory. It has no head: programs read it.
    """
    first: Sequence[Cells] = await anext(pieces, [])  # before anything is sent: a fault in it is still a page
    if kind == "csv":
        headers = as_file(f"{name}.csv")
        return StreamingResponse(_lines(columns, first, pieces), media_type=KINDS[kind][0], headers=headers)
    content = await _workbook([[line] for line in head], columns, first, pieces)
    return Response(content, media_type=KINDS[kind][0], headers=as_file(f"{name}.xlsx"))


async def _lines(columns: Cells, first: Sequence[Cells], pieces: Pieces) -> AsyncIterator[bytes]:
    yield (BOM + line_of(columns)).encode()
    yield "".join(map(line_of, first)).encode()
    async for rows in pieces:
        yield (await asyncio.to_thread(lambda rows: "".join(map(line_of, rows)), rows)).encode()


async def _workbook(head: Sequence[Cells], columns: Cells, first: Sequence[Cells], pieces: Pieces) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, PLAIN | {"in_memory": False, "constant_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.set_column(0, len(columns) - 1, 24)
        sheet.freeze_panes(len(head) + 1, 0)
        _write(sheet, 0, head)
        for at, cell in enumerate(columns):
            sheet.write_string(len(head), at, cell, bold)
        written = len(head) + 1
        _write(sheet, written, first)
        written += len(first)
        async for rows in pieces:
            await asyncio.to_thread(_write, sheet, written, rows)
            written += len(rows)
    return out.getvalue()


def _write(sheet: Any, begins: int, rows: Iterable[Cells]) -> None:
    for number, cells in enumerate(rows, begins):
        if number == MOST_ROWS:
            raise Invalid("These are more rows than Excel can hold.", "Take the CSV file, or ask for fewer.")
        for column, cell in enumerate(cells):
            sheet.write_string(number, column, plain_cell(cell))


def _csv(rows: Iterable[Cells]) -> bytes:
    return "".join([BOM, *(line_of(cells) for cells in rows)]).encode()


def _xlsx(rows: Iterable[Cells]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, PLAIN) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        _write(sheet, 0, rows)
    return out.getvalue()


KINDS: Mapping[str, tuple[str, Callable[[Iterable[Cells]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
"""Ending of the file → its media type, and what writes it."""
