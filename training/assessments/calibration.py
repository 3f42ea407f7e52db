"""Records how far a rater agreed with the standard of an instrument."""

from datetime import date, datetime
from uuid import UUID

from training.assessments.models import CalibrationRun, Instrument
from training.core.dates import local_day
from training.core.errors import Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.visibility import may_for
from training.trail import facts


async def record_calibration(
    person_id: UUID, *, instrument_id: UUID, agreement: float, held: date, actor: Actor, now: datetime
) -> CalibrationRun:
    """Records a calibration in percent of agreement; the central unit does this, and nobody for themselves."""
    if not actor.may("decide"):
        raise NotAllowed("Only the central unit records calibrations.", "Ask the central unit.")
    words, remedy = "You may not record your own calibration.", "Somebody else of the central unit has to."
    await refuse_own(person_id, actor.person_id, words, remedy)
    there = await may_for(actor, "decide", person_id)
    if not there or not await Instrument.filter(id=instrument_id, unit_id=actor.unit_id).exists():
        raise NotFound("There is no such person or instrument.", "Look at the lists again.")
    if not 0 <= agreement <= 100 or held > local_day(now, actor.zone):
        raise Invalid("There is a problem", problems={"agreement": "Enter percent from 0 to 100, on a day in the past"})
    async with transaction():
        run = await CalibrationRun.create(
            person_id=person_id,
            instrument_id=instrument_id,
            agreement=agreement,
            held=held,
            recorded=now,
            recorded_by=actor.person_id,
        )
        await facts.record(
            "calibration.recorded", run, actor=actor.person_id, now=now, person=person_id, unit=actor.unit_id,
            detail={"instrument": str(instrument_id), "agreement": agreement, "held": held.isoformat()},
        )  # fmt: skip
    return run
