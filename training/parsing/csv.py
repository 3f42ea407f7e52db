"""Reads CSV files with a header row, each mistake as `file:line: what; how to mend it`; writes lines of them."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from training.parsing.text import clean_line

LONGEST_BYTES = 20_000_000
SEPARATORS = (",", ";", "\t")
_EXCELS_OWN = re.compile(r"sep=(.)")
"""The line by which Excel says what stands between values."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take a cell for that begins so."""


@dataclass(frozen=True)
class CsvLine:
    """One row: the line it begins on, and its values by column; what is left out is empty."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass
class Sheet:
    """A file as it was read, with everything that is wrong in it."""

    file: str
    columns: tuple[str, ...] = ()
    lines: list[CsvLine] = field(default_factory=list)
    mistakes: list[tuple[int, str]] = field(default_factory=list)
    unusable: bool = False
    """No row of it can be used, not even a good one."""

    def refuse(self, number: int, what: str, mend: str) -> None:
        """Notes a mistake on a line."""
        self.mistakes.append((number, f"{self.file}:{number}: {what}; {mend}"))

    def give_up(self, number: int, what: str, mend: str) -> None:
        """Notes a mistake that spoils the whole file."""
        self.refuse(number, what, mend)
        self.unusable = True

    def must_have(self, needed: Sequence[str], known: Sequence[str]) -> None:
        """Checks the header row: every needed column, and none that nobody knows."""
        for column in self.columns:
            if column not in known:
                self.give_up(1, f"nobody knows the column {column}", f"take it out, or use one of {', '.join(known)}")
        for column in needed:
            if column not in self.columns and self.columns:
                self.give_up(1, f"the column {column} is missing", f"add {column} to the first line")


def read_sheet(path: Path) -> Sheet:
    """Reads a file; commas, semicolons or tabs stand between values, spaces around them do not count."""
    sheet = Sheet(str(path))
    text = _text(path, sheet)
    if text is None:
        return sheet
    head, _, rest = text.partition("\n")
    said = _EXCELS_OWN.fullmatch(head.strip())
    skipped = 1 if said else 0
    between = said.group(1) if said else max(SEPARATORS, key=head.count)
    rows = csv.reader(io.StringIO(rest if said else text), delimiter=between, strict=True)
    began = skipped + 1
    try:
        for cells in rows:
            _take(sheet, began, [clean_line(cell) for cell in cells])
            began = skipped + rows.line_num + 1
    except csv.Error as error:
        line = skipped + (rows.line_num or 1)
        sheet.give_up(line, f"the file cannot be read from here on ({error})", "mend the quotation marks")
    if not sheet.columns and not sheet.mistakes:
        sheet.give_up(1, "the file is empty", "write the names of the columns in the first line")
    return sheet


def line_of(cells: Iterable[str]) -> str:
    """Writes one line that no spreadsheet mistakes for formulas."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([plain_cell(cell) for cell in cells])
    return out.getvalue()


def plain_cell(text: str) -> str:
    """Gives a text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def day(text: str) -> date | None:
    """Reads a day like 2027-03-03; None when it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _text(path: Path, sheet: Sheet) -> str | None:
    try:
        content = path.read_bytes()
    except OSError as error:
        sheet.give_up(1, f"the file cannot be read ({error.strerror})", "look at its name")
        return None
    if len(content) > LONGEST_BYTES:
        sheet.give_up(1, "the file is larger than 20 MB", "cut it in several files")
        return None
    try:
        text = content.decode("utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        sheet.give_up(content.count(b"\n", 0, error.start) + 1, "the file is no UTF-8", "save it as CSV UTF-8")
        return None
    if "\0" in text:
        sheet.give_up(text.count("\n", 0, text.index("\0")) + 1, "the file is no text", "save it as CSV UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _take(sheet: Sheet, number: int, cells: list[str]) -> None:
    if not any(cells):
        return
    if not sheet.columns:
        while not cells[-1]:  # Excel saves an empty column after the last one
            cells.pop()
        sheet.columns = tuple(cell.lower().replace(" ", "_") for cell in cells)
        if len(set(sheet.columns)) < len(sheet.columns):
            sheet.give_up(number, "two columns have the same name", "rename one")
    elif len(cells) > len(sheet.columns) and any(cells[len(sheet.columns) :]):
        sheet.refuse(
            number, f"the line has {len(cells)} values for {len(sheet.columns)} columns", 'put "" around commas'
        )
    else:
        sheet.lines.append(CsvLine(number, dict(zip(sheet.columns, cells, strict=False))))
