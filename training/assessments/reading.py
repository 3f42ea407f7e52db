"""Reads an assessment back: its instrument, the rows of marks, and the row that its raters agreed on."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from training.assessments.marks import JUDGED, Mark, MarkRow, agreed_marks, unpacked
from training.assessments.models import LEFT, Assessment, Draft, InstrumentVersion, Rater, Rating, Reconciliation
from training.instruments.read import read_instrument_text
from training.instruments.schema import Instrument
from training.people.actor import Actor


def instrument_of(version: InstrumentVersion) -> Instrument:
    """Reads the instrument of a version."""
    return stored_instrument(version.body, version.title)


@lru_cache(maxsize=256)
def stored_instrument(body: str, title: str) -> Instrument:
    """Reads the body of a version, which is JSON and so YAML too; it never changes, so neither does the answer."""
    return read_instrument_text(body, title)


async def rows_of(assessment_id: UUID) -> list[MarkRow]:
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
    return [MarkRow(rater, given, reasons=reasons.get(rater, "")) for rater, given in sorted(marks.items())]


async def settled_rows(instrument: Instrument, assessment_id: UUID) -> list[MarkRow]:
    """Gives the raters' rows and, when they had to agree on something, the agreed row that speaks for all."""
    rows = await rows_of(assessment_id)
    written = await Reconciliation.filter(assessment_id=assessment_id).order_by("item").values()
    return rows + ([_agreed(instrument, rows, written)] if written else [])


def _agreed(instrument: Instrument, rows: Sequence[MarkRow], written: Sequence[dict[str, Any]]) -> MarkRow:
    settled: dict[str, Mark] = {row["item"]: row["mark"]["mark"] for row in written}
    reasons = "; ".join(str(row["reasons"]) for row in written)
    by = str(written[0]["person_id"])
    return MarkRow(by, agreed_marks(instrument, rows, settled), agreed=True, reasons=reasons)


async def visible_rows(assessment: Assessment, actor: Actor) -> list[MarkRow]:
    """Gives the rows that the actor may see now: all once signed; to raters all once everybody handed in; else own.

    While an assessment is open and blind, a rater sees nobody else's marks; who does not rate sees none at all.
    """
    instrument = instrument_of(await InstrumentVersion.get(id=assessment.version_id))
    rates = await Rater.filter(assessment_id=assessment.id, person_id=actor.person_id).exclude(state=LEFT).exists()
    if assessment.state == "signed" or (rates and (assessment.state != "open" or not assessment.blind)):
        return await settled_rows(instrument, assessment.id)
    own = str(actor.person_id) if rates else ""
    return [row for row in await rows_of(assessment.id) if row.by == own]


async def drafts_of(rater: Rater) -> dict[str, tuple[Mark | None, str]]:
    """Gives what a rater has marked so far: item to mark and note."""
    rows = await Draft.filter(rater_id=rater.id).values("item", "mark", "note")
    return {row["item"]: (unpacked(row["mark"]), row["note"]) for row in rows}


async def draft_name(rater: Rater) -> str:
    """Names what a rater has marked so far: another name each time that it is saved."""
    last = await Draft.filter(rater_id=rater.id).order_by("-saved").first()
    return str(int(last.saved.timestamp() * 1_000_000)) if last else "none"


async def notes_of(assessment_id: UUID, raters: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Gives the notes under each item, with the rater's name, of the raters named by id."""
    rows = (
        await Rating.filter(assessment_id=assessment_id, rater__person_id__in=list(raters))
        .exclude(note="")
        .order_by("recorded", "id")
        .values("item", "note", name="rater__person__name")
    )
    notes: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        notes.setdefault(row["item"], []).append((row["name"], row["note"]))
    return notes
