"""Records how far a rater agreed with the standard of an instrument, and takes back what was mistyped."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from training.assessments.calibration.standing import standing_runs
from training.assessments.models import CalibrationRun, Instrument
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Person
from training.people.visibility import may_for, reach
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
    problems = {} if 0 <= agreement <= 100 else {"agreement": "Enter percent from 0 to 100"}
    if held > local_day(now, actor.zone):
        problems["held"] = "This day is still to come"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    said: dict[str, Any] = {
        "person_id": person_id,
        "instrument_id": instrument_id,
        "agreement": agreement,
        "held": held,
    }
    async with transaction():
        await Person.select_for_update().get(id=person_id)  # pressed twice, the second sees the first
        if await standing_runs().filter(**said).exists():
            raise Conflict("This calibration is recorded already.", "Look at the list of calibrations.")
        run = await CalibrationRun.create(**said, recorded=now, recorded_by=actor.person_id)
        await facts.record(
            "calibration.recorded", run, actor=actor.person_id, now=now, person=person_id, unit=actor.unit_id,
            detail={"instrument": str(instrument_id), "agreement": agreement, "held": held.isoformat()},
        )  # fmt: skip
    return run


async def take_back_calibration(run_id: UUID, *, why: str, actor: Actor, now: datetime) -> None:
    """Takes back a calibration that was mistyped: from now on it does not count; it stays, with the reason."""
    found = await standing_calibration(run_id, actor)
    words, remedy = "You may not take back your own calibration.", "Somebody else of the central unit has to."
    await refuse_own(found.person_id, actor.person_id, words, remedy)
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say what was wrong"})
    async with transaction():
        change = {"taken_back": now, "taken_back_by": actor.person_id, "note": why.strip()}
        if not await standing_runs().filter(id=found.id).update(**change):
            raise Conflict("This has been taken back already.", "Look at the list again.")
        await facts.record(
            "calibration.taken_back", found, actor=actor.person_id, now=now, person=found.person_id, unit=actor.unit_id
        )


async def standing_calibration(run_id: UUID, actor: Actor) -> CalibrationRun:
    """Finds a calibration that counts, of somebody for whom the actor decides."""
    ours = standing_runs().filter(reach(actor, "decide")).select_related("person", "instrument")
    found = await ours.get_or_none(id=run_id)
    if found is None:
        raise NotFound("There is no such calibration.", "It may have been taken back. Look at the list.")
    return found
