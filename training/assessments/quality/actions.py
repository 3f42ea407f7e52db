"""What the quality lead does: accepts a sampled assessment, returns it, sets it aside; notes having gone along."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from training.assessments.calibration.standing import assessors_for
from training.assessments.cancellation import set_aside
from training.assessments.countersignatures.models import Countersignature
from training.assessments.models import Assessment
from training.assessments.quality.corrections import open_correction
from training.assessments.quality.models import AccompaniedVisit, QualitySample, samples_visible_to
from training.assessments.quality.rules import FINDINGS
from training.assessments.reading import who_marked
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.trail import facts

REMEDY = "Somebody else who watches over quality has to."


async def find(sample_id: UUID, *, finding: str, reasons: str, actor: Actor, now: datetime) -> QualitySample:
    """Says what was found of a sampled assessment, once; returned, its raters get their marks back to rate again.

    A returned one counts until the corrected rating is signed; one that is set aside counts no more at once.
    """
    sample = await samples_visible_to(actor).get_or_none(id=sample_id).select_related("assessment")
    if sample is None:
        raise NotFound("There is no such sampled assessment.", "Look at the list again.")
    row = sample.assessment
    await refuse_own(row.person_id, actor.person_id, "This assessment is about you.", REMEDY)
    marked = await who_marked(row.id)
    beside = [one.person_id for one in await Countersignature.filter(assessment_id=row.id)]
    for one in {*marked, *beside}:
        await refuse_own(one, actor.person_id, "You had a part in this assessment.", REMEDY)
    problems = {} if finding in FINDINGS else {"finding": "Choose what you found"}
    if finding != "accepted" and not reasons.strip():
        problems["reasons"] = "Say why, in a sentence or two"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    change = {"finding": finding, "reasons": reasons.strip(), "found": now, "found_by_id": actor.person_id}
    async with transaction():
        if not await QualitySample.filter(id=sample.id, finding="open").update(**change):
            raise Conflict("Somebody has said what they found of this already.", "Look at it again.")
        await facts.record(
            "quality.found", sample, actor=actor.person_id, person=row.person_id, unit=row.unit_id, now=now,
            detail={"finding": finding},
        )  # fmt: skip
        if finding == "returned":
            # As a write, so that it waits for whoever sets it aside in this moment.
            if not await Assessment.filter(id=row.id, set_aside__isnull=True).update(touched=now):
                raise Conflict("This assessment counts no more.", "There is nothing to correct. Accept it.")
            await open_correction(row, because=reasons.strip(), actor=actor, now=now)
        if finding == "set_aside":
            await set_aside(row.id, because=reasons.strip(), actor=actor, now=now)
    return await QualitySample.get(id=sample.id)


async def note_accompanied(person_id: UUID, *, held: date, note: str, actor: Actor, now: datetime) -> AccompaniedVisit:
    """Notes that the actor went along with an assessor, on which day, and what they saw."""
    await refuse_own(person_id, actor.person_id, "You cannot go along with yourself.", REMEDY)
    if not await assessors_for(actor, "audit").filter(id=person_id).exists():
        raise NotFound("There is no such assessor among yours.", "Look at the list of assessors.")
    problems = {"held": "This day is still to come"} if held > local_day(now, actor.zone) else {}
    if not note.strip():
        problems["note"] = "Say what you saw, in a few sentences"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        given: dict[str, Any] = {
            "person_id": person_id,
            "held": held,
            "note": note.strip(),
            "recorded_by_id": actor.person_id,
        }
        if again := await AccompaniedVisit.filter(**given, taken_back__isnull=True).first():
            return again  # sent twice
        made = await AccompaniedVisit.create(id=uuid4(), **given, recorded=now)
        await facts.record(
            "visit.accompanied", made, actor=actor.person_id, person=person_id, unit=actor.unit_id, now=now
        )
    return made


async def take_back_accompanied(visit_id: UUID, *, actor: Actor, now: datetime) -> AccompaniedVisit:
    """Takes a note back that the actor wrote; it stays on record and is shown no more."""
    found = await AccompaniedVisit.get_or_none(id=visit_id, recorded_by_id=actor.person_id)
    if found is None or not actor.may("audit"):
        raise NotFound("There is no such note of yours.", "Look at the page again.")
    async with transaction():
        if not await AccompaniedVisit.filter(id=found.id, taken_back__isnull=True).update(taken_back=now):
            raise Conflict("This has been taken back already.", "Look at the page again.")
        await facts.record(
            "visit.accompanied_taken_back", found, actor=actor.person_id, person=found.person_id, unit=actor.unit_id,
            now=now,
        )  # fmt: skip
    return found
