"""Practice records as a file: exactly the rows that a list shows, as CSV that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime

from training.practice.overview import Line

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("kind", "record", "who", "day", "how_much", "state", "extracted")


def as_csv(lines: Iterable[Line], *, extracted: datetime) -> str:
    """Writes the records as CSV, with the time of the extract in the last column."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for line in lines:
        cells = (
            line.kind,
            line.title,
            line.person,
            line.day.isoformat(),
            line.amount,
            line.word,
            extracted.isoformat(),
        )
        rows.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
