"""Practice records as a file: exactly the rows that a list shows, with the time of the extract."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from training.records.overview import RecordLine

COLUMNS = ("kind", "record", "who", "day", "how_much", "state", "extracted")


def as_cells(lines: Iterable[RecordLine], *, extracted: datetime) -> Iterator[tuple[str, ...]]:
    """Gives the columns and the records, with the time of the extract in the last column."""
    yield COLUMNS
    for line in lines:
        yield line.kind, line.title, line.person, line.day.isoformat(), line.amount, line.word, extracted.isoformat()
