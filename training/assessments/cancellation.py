"""What is done where an assessment cannot go on: cancelled, a part handed on, or set aside; with the reason."""

from datetime import datetime
from uuid import UUID, uuid4

from training.assessments.actions import note_rater, own_rating, refuse_ineligible
from training.assessments.eligible import others_who_rate
from training.assessments.models import LEFT, Assessment, Draft, Rater
from training.core.errors import Conflict, Invalid
from training.database.connection import transaction
from training.people.actor import Actor
from training.trail import facts

OPEN_STATES = ("open", "reconciling", "submitted")
"""States in which an assessment can be cancelled."""


async def cancel(assessment_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Assessment:
    """Cancels an assessment that nobody has signed; every rater is told, and what was marked stays on record."""
    await own_rating(assessment_id, actor)
    _say_why(reason)
    assessment = await Assessment.get(id=assessment_id)
    async with transaction():
        change = {"state": "cancelled", "slot": None, "touched": now, "cancelled_because": reason.strip()}
        waiting = Assessment.filter(id=assessment_id, state__in=OPEN_STATES)
        if await Rater.filter(assessment_id=assessment_id, state="signed").exists() or not await waiting.update(
            **change
        ):
            raise Conflict("This assessment is signed or cancelled already.", "Look at it again.")
        for rater in await Rater.filter(assessment_id=assessment_id).exclude(state=LEFT):
            await _leave(rater, assessment, "cancelled", reason, actor=actor, now=now)
        await facts.record(
            "assessment.cancelled", assessment, actor=actor.person_id, now=now, person=assessment.person_id,
            unit=assessment.unit_id,
        )  # fmt: skip
    return assessment


async def hand_on(
    assessment_id: UUID, *, leaves: UUID, comes: UUID, reason: str, actor: Actor, now: datetime
) -> Assessment:
    """Gives the part of a rater who has not handed in to somebody else who is eligible; both are told."""
    await own_rating(assessment_id, actor)
    _say_why(reason)
    assessment = await Assessment.get(id=assessment_id)
    rating = Rater.filter(assessment_id=assessment_id).exclude(state=LEFT)
    there = [UUID(str(one)) for one in await rating.values_list("person_id", flat=True)]
    choices = await others_who_rate(actor.unit_id, without=[*there, assessment.person_id], day=actor.today)
    if comes not in {row["id"] for row in choices}:
        raise Invalid("There is a problem", problems={"comes": "Choose somebody from the list"})
    await refuse_ineligible(comes, assessment, today=actor.today)
    async with transaction():
        if not await Assessment.filter(id=assessment_id, state="open").update(touched=now, slot=None):
            raise Conflict("This assessment has moved on.", "Look at it again.")
        rater = await rating.get_or_none(person_id=leaves, state="rating")
        if rater is None:
            raise Conflict("This part has been handed in, or handed on.", "Look at the assessment again.")
        await Draft.filter(rater_id=rater.id).delete()
        await _leave(rater, assessment, "handed on", reason, actor=actor, now=now)
        again = await Rater.get_or_none(assessment_id=assessment_id, person_id=comes)
        fresh = again or Rater(id=uuid4(), assessment_id=assessment_id, person_id=comes)
        fresh.state, fresh.note = "rating", ""
        await fresh.save(force_create=again is None)
        await note_rater("rater.joined", fresh, assessment, actor=actor.person_id, now=now)
    return assessment


async def set_aside(assessment_id: UUID, *, because: str, actor: Actor, now: datetime) -> None:
    """Lets a signed assessment count no more, in the caller's transaction; it stays on record as it was."""
    found = await Assessment.get(id=assessment_id)
    signed = Assessment.filter(id=found.id, state="signed", set_aside__isnull=True)
    if not await signed.update(set_aside=now, set_aside_because=because):
        raise Conflict("This assessment is not signed, or was set aside already.", "Look at it again.")
    await facts.record(
        "assessment.set_aside", found, actor=actor.person_id, now=now, person=found.person_id, unit=found.unit_id
    )


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say why, in a sentence"})


async def _leave(
    rater: Rater, assessment: Assessment, because: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    await Rater.filter(id=rater.id).update(state=LEFT, note=reason.strip())
    detail = {"because": because}
    await note_rater("rater.left", rater, assessment, actor=actor.person_id, now=now, detail=detail)
