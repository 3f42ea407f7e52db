"""An assessor's tries at a calibration set: begun, saved, handed in; each makes a calibration as the rules read it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from training.assessments.calibration.sets.models import (
    CalibrationAttempt,
    CalibrationSet,
    Vignette,
    begun_by,
    offered_to,
)
from training.assessments.calibration.sets.rules import compared, percent_of, why_no_try
from training.assessments.marks import Mark, fault_of_mark, packed, titles_of, unpacked
from training.assessments.models import CalibrationRun
from training.assessments.reading import instrument_of
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.trail import facts

REMEDY = "Look at the list of calibration sets."


async def open_set(set_id: UUID, actor: Actor) -> CalibrationSet:
    """Finds a set that the actor may rate: published in their unit, or begun by them before it was closed.

    Nobody rates a set that they made.
    """
    if not actor.may("assess"):
        raise NotAllowed("Only assessors rate calibration sets.", "Ask the central unit if you should be one.")
    found = await offered_to(actor).select_related("version").get_or_none(id=set_id)
    found = found or await begun_by(actor).select_related("version").get_or_none(id=set_id)
    if found is None:
        raise NotFound("There is no such calibration set, or it is closed.", REMEDY)
    for one in await makers_of(found):
        await refuse_own(one, actor.person_id, "You made this set, so you know its marks.", "Rate another one.")
    return found


async def makers_of(found: CalibrationSet) -> set[UUID]:
    """Names who made a set, or one of those that it was made from: their vignettes are mostly the same."""
    makers = {found.made_by_id}
    while found.follows_id:
        found = await CalibrationSet.get(id=found.follows_id)
        makers.add(found.made_by_id)
    return makers


def days_of_tries(own: Iterable[CalibrationAttempt], zone: str) -> list[date]:
    """Lists on which days tries at a set were handed in."""
    return [local_day(one.handed_in, zone) for one in own if one.handed_in]


async def begin(set_id: UUID, *, actor: Actor, now: datetime) -> CalibrationAttempt:
    """Begins a try at a set, or goes on with the one that is open."""
    found = await open_set(set_id, actor)
    own = CalibrationAttempt.filter(set_id=found.id, person_id=actor.person_id)
    tried = await own
    if going_on := next((one for one in tried if one.handed_in is None), None):
        return going_on
    days = days_of_tries(tried, actor.zone)
    if words := why_no_try(days, tries=found.tries, wait_days=found.wait_days, on=actor.today):
        raise Conflict(f"{words}.", REMEDY)
    try:
        async with transaction():
            made = await CalibrationAttempt.create(
                id=uuid4(), set_id=found.id, person_id=actor.person_id, number=len(days) + 1, begun=now, draft={}
            )
            await facts.record(
                "calibration_set.begun", made, actor=actor.person_id, person=actor.person_id, unit=actor.unit_id,
                now=now,
            )  # fmt: skip
    except IntegrityError:  # pressed twice
        return await own.get(number=len(days) + 1)
    return made


async def open_try(set_id: UUID, actor: Actor) -> tuple[CalibrationAttempt, CalibrationSet, InstrumentSchema]:
    """Finds the try that the actor has begun."""
    found = await open_set(set_id, actor)
    own = CalibrationAttempt.filter(set_id=found.id, person_id=actor.person_id, handed_in__isnull=True)
    attempt = await own.first()
    if attempt is None:
        raise NotFound("You have not begun this set, or handed it in.", REMEDY)
    return attempt, found, instrument_of(found.version)


async def save(
    set_id: UUID, position: int, given: Mapping[str, tuple[Mark | None, str]], *, actor: Actor
) -> CalibrationAttempt:
    """Keeps the marks of one vignette; nothing is told before all are handed in."""
    attempt, _, instrument = await open_try(set_id, actor)
    marks = {item: mark for item, (mark, _) in given.items() if mark is not None}
    problems = {item: fault for item, mark in marks.items() if (fault := fault_of_mark(instrument, item, mark))}
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        held = await CalibrationAttempt.select_for_update().get(id=attempt.id)
        if held.handed_in:
            raise Conflict("You have handed in this set.", "Look at the result.")
        held.draft = {**held.draft, str(position): {item: packed(mark) for item, mark in marks.items()}}
        await held.save(update_fields=["draft"])
    return held


async def missing_of(attempt: CalibrationAttempt, instrument: InstrumentSchema) -> dict[int, int]:
    """Tells of each vignette, by position, how many items have no mark yet."""
    needed = titles_of(instrument)
    positions = await Vignette.filter(set_id=attempt.set_id).order_by("position").values_list("position", flat=True)
    return {
        int(one): sum(item not in attempt.draft.get(str(one), {}) for item in needed)
        for one in map(int, map(str, positions))
    }


async def hand_in(set_id: UUID, *, actor: Actor, now: datetime) -> CalibrationAttempt:
    """Hands in a try: how far it agrees with the standard becomes the assessor's calibration of today."""
    attempt, found, instrument = await open_try(set_id, actor)
    async with transaction():
        held = await CalibrationAttempt.select_for_update().get(id=attempt.id)
        if held.handed_in:
            raise Conflict("You have handed in this set already.", "Look at the result.")
        if any((await missing_of(held, instrument)).values()):
            raise Invalid("There is a problem", problems={"form": "Rate every item of every vignette first"})
        marks = [
            one
            for vignette in await Vignette.filter(set_id=found.id).order_by("position")
            for one in compared(
                instrument, plain_marks(vignette.marks), plain_marks(held.draft[str(vignette.position)]),
                found.tolerance,
            )
        ]  # fmt: skip
        run = await CalibrationRun.create(
            id=uuid4(), person_id=actor.person_id, instrument_id=found.version.instrument_id,
            agreement=percent_of(marks), held=local_day(now, actor.zone), recorded=now,
        )  # fmt: skip
        held.handed_in, held.answers, held.agreement, held.run_id = now, held.draft, run.agreement, run.id
        await held.save()
        detail = {
            "instrument": str(run.instrument_id), "agreement": run.agreement, "held": run.held.isoformat(),
            "set": str(found.id),
        }  # fmt: skip
        told: dict[str, Any] = {"actor": actor.person_id, "person": actor.person_id, "unit": actor.unit_id, "now": now}
        await facts.record("calibration_set.rated", held, **told)
        await facts.record("calibration.recorded", run, detail=detail, **told)
    return held


def plain_marks(stored: Mapping[str, Mapping[str, Mark]]) -> dict[str, Mark]:
    """Unwraps stored marks."""
    return {item: mark for item, one in stored.items() if (mark := unpacked(one)) is not None}
