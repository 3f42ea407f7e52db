"""Reads an assessment back: its instrument, the rows of marks, and the row that its raters agreed on."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from training.assessments.marks import JUDGED, Mark, MarkRow, agreed_marks, unpacked
from training.assessments.models import (
    DECIDING,
    LEFT,
    THIRD,
    Assessment,
    Disagreement,
    Draft,
    InstrumentVersion,
    Rater,
    Rating,
    Reconciliation,
)
from training.core.errors import Conflict
from training.instruments.read import read_instrument_text
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor


def instrument_of(version: InstrumentVersion) -> InstrumentSchema:
    """Reads the instrument of a version."""
    return stored_instrument(version.body, version.title)


@lru_cache(maxsize=256)
def stored_instrument(body: str, title: str) -> InstrumentSchema:
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


async def settled_rows(instrument: InstrumentSchema, assessment_id: UUID) -> list[MarkRow]:
    """Gives the raters' rows and, when they had to agree on something, the agreed row that speaks for all."""
    rows = await rows_of(assessment_id)
    written = await Reconciliation.filter(assessment_id=assessment_id).order_by("item").values()
    return rows + ([_agreed(instrument, rows, written)] if written else [])


def _agreed(instrument: InstrumentSchema, rows: Sequence[MarkRow], written: Sequence[dict[str, Any]]) -> MarkRow:
    settled: dict[str, Mark] = {row["item"]: row["mark"]["mark"] for row in written}
    reasons = "; ".join(str(row["reasons"]) for row in written)
    by = str(written[0]["person_id"])
    return MarkRow(by, agreed_marks(instrument, rows, settled), agreed=True, reasons=reasons)


async def visible_rows(assessment: Assessment, actor: Actor) -> list[MarkRow]:
    """Gives the rows that the actor may see now: all once signed; to raters all once everybody handed in; else own.

    While an assessment is open and blind, a rater sees nobody else's marks, and neither does one more who is asked when
    the others do not agree; who does not rate sees none at all, but for whoever decides what they did not agree on.
    """
    instrument = instrument_of(await InstrumentVersion.get(id=assessment.version_id))
    rater = await Rater.filter(assessment_id=assessment.id, person_id=actor.person_id).exclude(state=LEFT).first()
    rates = rater is not None and rater.state == "rating"
    blind = (assessment.blind and (assessment.state == "open" or rates)) or (assessment.state == THIRD and rates)
    decides = assessment.state == DECIDING and await open_disagreement(assessment.id, person_id=actor.person_id)
    if assessment.state == "signed" or (rater and not blind) or decides:
        return await settled_rows(instrument, assessment.id)
    own = str(actor.person_id) if rater else ""
    return [row for row in await rows_of(assessment.id) if row.by == own]


async def rated_before(row: Assessment) -> list[Assessment]:
    """Lists what an assessment corrects, and what that one corrects, and so on to the first, as far as they count."""
    found: list[Assessment] = []
    while row.corrects_id:
        row = await Assessment.get(id=row.corrects_id)
        found.append(row)
    return [one for one in found if one.state == "signed" and one.set_aside is None]


async def why_needless(row: Assessment) -> str:
    """Says of a correction that what it corrects was set aside since; "" where there is something to correct.

    Where the first counts again, its correction goes on.
    """
    found = row
    while found.corrects_id:
        found = await Assessment.get(id=found.corrects_id)
        if found.state == "signed":  # one that was returned before it counted corrects another itself
            why = (found.set_aside_because or "").rstrip(".")
            return f"What this corrects was set aside and counts no more: {why}." if found.set_aside else ""
    return ""


async def refuse_needless(row: Assessment) -> None:
    """Raises Conflict for a correction of what counts no more."""
    if words := await why_needless(row):
        raise Conflict(words, "There is nothing to correct. If you have not signed yet, cancel this one.")


async def counts_instead(assessment_id: UUID) -> bool:
    """Tells whether a rating that corrects this one, or a correction of it, counts in its place."""
    ids = [assessment_id]
    while rows := await Assessment.filter(corrects_id__in=ids):
        if any(one.state == "signed" and one.set_aside is None for one in rows):
            return True
        ids = [one.id for one in rows]
    return False


async def who_rates(assessment_id: UUID) -> list[UUID]:
    """Names who has a part in an assessment now: not those who left."""
    rates = Rater.filter(assessment_id=assessment_id).exclude(state=LEFT)
    return [UUID(str(one)) for one in await rates.values_list("person_id", flat=True)]


async def who_marked(assessment_id: UUID) -> set[UUID]:
    """Names whose marks an assessment rests on, or did: who rates, who left, and who decided what raters did not."""
    rated = await Rater.filter(assessment_id=assessment_id).values_list("person_id", flat=True)
    settled = await Reconciliation.filter(assessment_id=assessment_id).values_list("person_id", flat=True)
    return {UUID(str(one)) for one in (*rated, *settled)}


async def open_disagreement(assessment_id: UUID, **of: UUID) -> Disagreement | None:
    """Finds what raters do not agree on while it is neither settled nor called off."""
    waits = Disagreement.filter(assessment_id=assessment_id, settled__isnull=True, called_off__isnull=True, **of)
    return await waits.select_related("person").first()


async def drafts_of(rater: Rater) -> dict[str, tuple[Mark | None, str]]:
    """Gives what a rater has marked so far: item to mark and note."""
    rows = await Draft.filter(rater_id=rater.id).values("item", "mark", "note")
    return {row["item"]: (unpacked(row["mark"]), row["note"]) for row in rows}


async def draft_name(rater: Rater) -> str:
    """Names what a rater has marked so far: another name each time that it is saved."""
    return named(await last_saved(rater))


async def last_saved(rater: Rater) -> Draft | None:
    """Finds the mark that a rater saved last."""
    return await Draft.filter(rater_id=rater.id).order_by("-saved").first()


def named(draft: Draft | None) -> str:
    """Names the draft whose last saved mark this is: microseconds since 1970, "none" when nothing was saved."""
    return str(int(draft.saved.timestamp() * 1_000_000)) if draft else "none"


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
