"""Hands in a table through the pages as somebody does it, and reads what the pages then say."""

import io
import re
import zipfile
from datetime import date

import xlsxwriter

from training.batches.models import Batch, BatchRow


def csv_of(*rows: str) -> bytes:
    """A table as text."""
    return "\r\n".join(rows).encode()


def xlsx_of(sheets: dict[str, list[list]]) -> bytes:
    """A workbook as Excel saves it, with days as days."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        style = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, column, cell, style)
                    else:
                        sheet.write(number, column, cell)
    return out.getvalue()


def of_empty_lines(many: int) -> bytes:
    """A small workbook that unpacks to many lines with nothing in them."""
    sheet, out = "xl/worksheets/sheet1.xml", io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_of({"Staff": [["Name", "Role"]]}))) as book,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fuller,
    ):
        for name in book.namelist():
            part = book.read(name)
            if name == sheet:
                part = re.sub(rb"<dimension[^>]*>", b"", part)
                part = part.replace(b"</sheetData>", b"<row/>" * many + b"</sheetData>")
            fuller.writestr(name, part)
    return out.getvalue()


def columns_found(page: str) -> dict[str, str]:
    """Reads which column the page proposes for what."""
    found = {
        name: next(iter(re.findall(r'<option value="([^"]*)" selected>', options)), "")
        for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.S)
    }
    return {name: column for name, column in found.items() if column}


async def hand_in(browser, content: bytes, kind: str, *, name="table.csv", sheet=None, **changes) -> Batch:
    """Hands in a file, says what it is, and accepts the columns that were found, with changes."""
    answer = await browser.post("/imports", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].split("?")[0]
    answer = await browser.post(path, data={"kind": kind, **({"sheet": sheet} if sheet else {})})
    assert answer.status_code == 303, answer.text
    found = columns_found((await browser.get(path)).text)
    answer = await browser.post(path, data={**found, **changes})
    assert answer.status_code == 303, answer.text
    return await Batch.get(id=path.rsplit("/", 1)[1])


async def do(browser, batch: Batch, what: str) -> None:
    """Presses one of the buttons of a batch."""
    answer = await browser.post(f"/batches/{batch.id}/do", data={"do": what})
    assert answer.status_code == 303, answer.text


async def outcomes(batch: Batch) -> dict[int, str]:
    """Line → what its row does."""
    return {row.number: row.outcome for row in await BatchRow.filter(batch_id=batch.id).order_by("number")}


async def reasons(batch: Batch) -> dict[int, list[str]]:
    """Line → what is wrong with it, as the page says it."""
    rows = await BatchRow.filter(batch_id=batch.id, outcome="refused").order_by("number")
    return {row.number: [f"{column}: {what}" for column, what, _ in row.problems] for row in rows}
