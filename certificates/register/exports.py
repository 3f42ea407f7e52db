"""Register rows as files: cells for spreadsheets, with the question and the time of the extract, and JSON."""

from collections.abc import Iterable
from datetime import datetime

from certificates.evaluations.standing import WORDS
from certificates.register.register import COLUMNS, RegisterFilter, RegisterRow

HEADINGS = [*COLUMNS, "as_of", "known_at", "extracted"]


def as_cells(rows: Iterable[RegisterRow], asked: RegisterFilter, *, extracted: datetime) -> list[list[str]]:
    """Gives rows under `HEADINGS`, with the question and the time of the extract in the last columns."""
    ends = [asked.as_of.isoformat(), asked.known_at.isoformat() if asked.known_at else "", extracted.isoformat()]
    return [[*(_cell(row, name) for name in COLUMNS), *ends] for row in rows]


def as_json(rows: Iterable[RegisterRow], asked: RegisterFilter, *, extracted: datetime) -> dict[str, object]:
    """Gives the rows, the question and the time of the extract as one JSON document."""
    told = [{"id": str(row.id)} | {name: _cell(row, name) for name in COLUMNS} for row in rows]
    return {"asked": asked.query(), "extracted": extracted.isoformat(), "rows": told}


def _cell(row: RegisterRow, name: str) -> str:
    value = getattr(row, name)
    return WORDS[value].lower() if name == "standing" else str(value or "")
