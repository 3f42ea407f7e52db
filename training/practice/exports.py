"""Practice records as a file: exactly the rows that a list shows, as CSV that no spreadsheet takes for formulas."""

from collections.abc import Iterable
from datetime import datetime

from training.csv_files import line_of
from training.practice.overview import Line

COLUMNS = ("kind", "record", "who", "day", "how_much", "state", "extracted")


def as_csv(lines: Iterable[Line], *, extracted: datetime) -> str:
    """Writes the records as CSV, with the time of the extract in the last column."""
    rows = [
        (line.kind, line.title, line.person, line.day.isoformat(), line.amount, line.word, extracted.isoformat())
        for line in lines
    ]
    return "".join(line_of(cells) for cells in (COLUMNS, *rows))
