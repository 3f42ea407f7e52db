"""A list as a file for spreadsheets: CSV that Excel reads as UTF-8, or XLSX; no cell of it is taken for a formula."""

import asyncio
import io
from collections.abc import Callable, Iterable, Mapping, Sequence

import xlsxwriter  # type: ignore[import-untyped]
from starlette.responses import Response

from training.core.errors import Invalid
from training.parsing.csv import line_of, plain_cell
from training.web.render import as_file

BOM = "\ufeff"
"""Without this first letter Excel takes UTF-8 for the letters of the machine, and ŷ for two others."""
MOST_ROWS = 1_048_576
"""Rows that a sheet of Excel holds."""
PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cells = Sequence[str]


async def spreadsheet(name: str, kind: str, rows: Iterable[Cells]) -> Response:
    """Gives the rows, of which the first names the columns, as a file of the kind; it is written beside the loop."""
    media_type, write = KINDS[kind]
    content = await asyncio.to_thread(write, rows)
    return Response(content, media_type=media_type, headers=as_file(f"{name}.{kind}"))


def _csv(rows: Iterable[Cells]) -> bytes:
    return "".join([BOM, *(line_of(cells) for cells in rows)]).encode()


def _xlsx(rows: Iterable[Cells]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, PLAIN) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate(rows):
            if number == MOST_ROWS:
                raise Invalid("These are more rows than Excel can hold.", "Take the CSV file, or ask for fewer.")
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, plain_cell(cell))
    return out.getvalue()


KINDS: Mapping[str, tuple[str, Callable[[Iterable[Cells]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
"""Ending of the file → its media type, and what writes it."""
