"""Settles what raters do not agree on: by the marks of one more, or by those of whoever decides."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from tortoise.models import Model

from training.assessments.marks import Mark, apart, packed, settled_by_one_more
from training.assessments.models import Assessment, Reconciliation
from training.assessments.reading import open_disagreement, rows_of
from training.instruments.schema import InstrumentSchema
from training.trail import facts

HOW = {
    "middle": "the middle one of {marks} marks",
    "lowest": "the lowest of {marks} marks, as the instrument says",
    "mean": "the mean of {marks} marks, as the instrument says",
}
"""How marks are put together once one more has rated → its words."""


async def settle_by_one_more(
    assessment: Assessment, instrument: InstrumentSchema, *, actor: UUID, now: datetime
) -> list[Model]:
    """Writes, in the caller's transaction, the marks that count now for all items on which raters differ."""
    rows = await rows_of(assessment.id)
    marks = settled_by_one_more(instrument, rows, apart(instrument, rows))
    reason = how_settled(instrument, len(rows)).capitalize()
    return await write_settled(assessment.id, {item: (mark, reason) for item, mark in marks.items()}, actor, now)


async def write_settled(
    assessment_id: UUID, marks: Mapping[str, tuple[Mark | None, str]], actor: UUID, now: datetime
) -> list[Model]:
    """Writes marks with their reasons, in the caller's transaction, and that the disagreement is settled by them."""
    rows: list[Model] = [
        await Reconciliation.create(
            assessment_id=assessment_id, item=item, mark=packed(mark), reasons=reasons, person_id=actor, recorded=now
        )
        for item, (mark, reasons) in marks.items()
    ]  # fmt: skip
    if found := await open_disagreement(assessment_id):
        found.settled = now
        await found.save(update_fields=["settled"])
        rows.append(found)
    return rows


async def end_unsettled(assessment: Assessment, *, actor: UUID | None, now: datetime) -> None:
    """Calls off, in the caller's transaction, what is not settled of an assessment that ends; who decides is told."""
    if found := await open_disagreement(assessment.id):
        found.called_off = now
        await found.save(update_fields=["called_off"])
        await facts.record(
            "disagreement.called_off", found, actor=actor, now=now, person=assessment.person_id,
            unit=assessment.unit_id,
        )  # fmt: skip


def how_settled(instrument: InstrumentSchema, marks: int) -> str:
    """Says what counts of so many marks, once one more has rated."""
    mean = instrument.settles == "mean" and instrument.kind not in ("scale", "numbers")  # which is no mark there
    how = "middle" if mean else instrument.settles
    return HOW[how].format(marks=marks)
