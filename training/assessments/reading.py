"""Reads an assessment back: its instrument, the rows of marks, and the row that its raters agreed on."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from training.assessments.instruments import Instrument, read_instrument
from training.assessments.marks import JUDGED, Mark, Row, agreed_marks
from training.assessments.models import Rating, Reconciliation
from training.assessments.versions import InstrumentVersion


def instrument_of(version: InstrumentVersion) -> Instrument:
    """Reads the instrument of a version."""
    return read_instrument(json.loads(version.body))


async def rows_of(assessment_id: UUID) -> list[Row]:
    """Gives one row of marks for each rater who has handed in, by the rater's id."""
    ratings = (
        await Rating.filter(assessment_id=assessment_id)
        .order_by("recorded", "id")
        .values("item", "mark", "note", rater="rater__person_id")
    )
    marks: dict[str, dict[str, Mark]] = {}
    reasons: dict[str, str] = {}
    for rating in ratings:
        rater = str(rating["rater"])
        marks.setdefault(rater, {})[rating["item"]] = rating["mark"]["mark"]
        if rating["item"] == JUDGED:
            reasons[rater] = rating["note"]
    return [Row(rater, given, reasons=reasons.get(rater, "")) for rater, given in sorted(marks.items())]


async def settled_rows(instrument: Instrument, assessment_id: UUID) -> list[Row]:
    """Gives the raters' rows and, when they had to agree on something, the agreed row that speaks for all."""
    rows = await rows_of(assessment_id)
    written = await Reconciliation.filter(assessment_id=assessment_id).order_by("item").values()
    return rows + ([_agreed(instrument, rows, written)] if written else [])


def _agreed(instrument: Instrument, rows: Sequence[Row], written: Sequence[dict[str, Any]]) -> Row:
    settled: dict[str, Mark] = {row["item"]: row["mark"]["mark"] for row in written}
    reasons = "; ".join(str(row["reasons"]) for row in written)
    by = str(written[0]["person_id"])
    return Row(by, agreed_marks(instrument, rows, settled), agreed=True, reasons=reasons)
