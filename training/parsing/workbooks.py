"""Reads tables as spreadsheets save them, CSV of any make and XLSX, into rows of plain text; pure."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from training.parsing.text import clean_line

MOST_BYTES = 20_000_000
MOST_UNPACKED = 250_000_000
"""Bytes that a workbook may have when it is unpacked: a sheet of 60,000 rows has about 60 MB."""
MOST_PARTS = 500
MOST_ROWS = 60_000
MOST_LINES = 1_048_576
"""Lines that a sheet of Excel has, empty ones too: what says that it has more was not made by it."""
MOST_COLUMNS = 100
LONGEST_CELL = 5_000
SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 30
"""Rows by which the separator is found."""
_EXCELS_OWN = re.compile(r"sep=(.)\r?\n")
"""The line by which Excel says what stands between values."""
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ROOT = re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*\?>)?\s*<[A-Za-z]")
"""How a part of a workbook begins: with its element, and with no definitions that could blow it up."""
_UTF_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Unreadable(Exception):
    """The file cannot be used; says what is wrong and what to do."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class TextSheet:
    """One sheet: its name, its header with its line, and its rows, each with the line that it begins on."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    header_line: int = 1

    def column(self, header: str) -> Iterator[str]:
        """Gives the texts of a column that are not empty."""
        at = self.header.index(header)
        return (cells[at] for _, cells in self.rows if at < len(cells) and cells[at])


def read_workbook(content: bytes, only: str = "") -> tuple[TextSheet, ...]:
    """Reads the sheets of a file that hold a table, or the one of a name only; raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"This file is larger than {MOST_BYTES // 1_000_000} MB", "Cut it in several files")
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(
            "This is a workbook of an old Excel, or one with a password", "Save it as an Excel workbook (.xlsx)"
        )
    read = _xlsx if content.startswith(b"PK\x03\x04") else _csv
    wanted = ((name, rows) for name, rows in read(content) if only in ("", name))
    sheets = tuple(sheet for name, rows in wanted if (sheet := _sheet(name, rows)))
    if not sheets:
        raise Unreadable("There is no table in this file", "Put the names of the columns in the first line")
    return sheets


def _sheet(name: str, rows: Iterable[tuple[int, list[str]]]) -> TextSheet | None:
    """Makes a sheet of rows: the header is the first one with two cells, and what stands above it is a title.

    Cells that stand beyond it have columns of their own: what is not used of a file is shown, and not dropped unseen.
    """
    header: list[str] = []
    line = 1
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows:
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise Unreadable(f"Line {number} has more than {MOST_COLUMNS} columns", "Take out those you do not need")
        if header:
            found.append((number, tuple(cells)))
        elif sum(map(bool, cells)) > 1:
            header, line = cells, number
        if len(found) > MOST_ROWS:
            raise Unreadable(f"There are more than {MOST_ROWS:,} rows", "Cut the table in several files")
    beyond = max((len(cells) for _, cells in found), default=0) - len(header)
    named = tuple(_told_apart(header + [""] * beyond))
    return TextSheet(name, named, tuple(found), line) if found else None


def _told_apart(names: list[str]) -> Iterator[str]:
    """Gives the names of columns, each once: an empty one by its number, a second one with a number behind it."""
    seen: Counter[str] = Counter()
    for at, name in enumerate(names, 1):
        shown = name[:100] or f"Column {at}"
        seen[shown] += 1
        yield f"{shown} ({seen[shown]})" if seen[shown] > 1 else shown


def _csv(content: bytes) -> Iterator[tuple[str, Iterable[tuple[int, list[str]]]]]:
    text = _decoded(content)
    said = _EXCELS_OWN.match(text)
    skipped = 1 if said else 0
    body = text[said.end() :] if said else text
    yield "", _csv_rows(body, said.group(1) if said else _separator(body), skipped)


def _csv_rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    # Strict: a quotation mark that nobody closed would swallow all rows after it.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    began = skipped + 1
    try:
        for cells in rows:
            yield began, [_cell(cell, began) for cell in cells]
            began = skipped + rows.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"Line {began} cannot be read ({error})", "Look at the quotation marks there") from error


def _decoded(content: bytes) -> str:
    coding = next((name for mark, name in _UTF_16 if content.startswith(mark)), "")
    if not coding and b"\0" in content[:200]:
        coding = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    for one in (coding,) if coding else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(one)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable("This file is no table", "Save it as CSV or as an Excel workbook (.xlsx)")


def _separator(text: str) -> str:
    """Finds what stands between values: what cuts the most of the first rows in the same number of cells."""

    def fits(separator: str) -> tuple[int, int]:
        try:
            rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), LOOKED_AT))
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return (widths.most_common(1)[0][::-1]) if widths else (0, 0)

    return max(SEPARATORS, key=fits)


def _xlsx(content: bytes) -> Iterator[tuple[str, Iterable[tuple[int, list[str]]]]]:
    try:
        _refuse_bomb(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield str(sheet.title), _xlsx_rows(sheet)
    except Unreadable:
        raise
    except Exception as error:  # whatever is wrong in a stranger's file, it is the file that is wrong
        raise Unreadable("This workbook cannot be opened", "Open it in Excel, and save it again (.xlsx)") from error


def _xlsx_rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_LINES:
            raise Unreadable(f"A sheet has more than {MOST_LINES:,} lines", "Delete the empty ones below the table")
        yield number, [_cell(cell, number) for cell in cells]


def _refuse_bomb(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if "xl/workbook.xml" not in parts.namelist():
            raise Unreadable("This is no workbook of Excel", "Save it as an Excel workbook (.xlsx) or as CSV")
        # No more is ever unpacked of a part than its size as it is said here.
        if len(parts.filelist) > MOST_PARTS or sum(one.file_size for one in parts.filelist) > MOST_UNPACKED:
            raise Unreadable("This workbook is too large when it is unpacked", "Keep the sheet with the table alone")
        for one in parts.filelist:
            if one.filename.endswith((".xml", ".rels")):
                with parts.open(one) as part:
                    if not _ROOT.match(part.read(4096)):
                        raise Unreadable("This workbook was not made by Excel", "Open it in Excel, and save it again")


def _cell(value: object, number: int) -> str:
    """Writes a cell as text: days as 2020-04-03, whatever the language of the Excel that saved them."""
    text = _text(value)
    if len(text) > LONGEST_CELL:
        raise Unreadable(f"A cell of line {number} has more than {LONGEST_CELL:,} letters", "Shorten it")
    return text


def _text(value: object) -> str:
    if isinstance(value, str):
        return clean_line(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    return clean_line(str(value))
