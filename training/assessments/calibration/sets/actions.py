"""Makes a calibration set: vignettes with their standard marks; publishes it, closes it, makes another one from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from training.assessments.calibration.sets.models import CalibrationSet, Vignette, sets_for
from training.assessments.calibration.sets.rules import MOST_DAYS, MOST_TOLERANCE, MOST_TRIES
from training.assessments.marks import Mark, fault_of_mark, packed, titles_of
from training.assessments.models import InstrumentVersion
from training.assessments.reading import instrument_of
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.instruments.schema import InstrumentSchema
from training.people.actor import Actor
from training.trail import facts

MOST_VIGNETTES = 20


async def make_set(
    version_id: UUID, *, title: str, tolerance: float, tries: int, wait_days: int, actor: Actor, now: datetime
) -> CalibrationSet:
    """Begins a set for a version of an instrument; nobody sees it before it is published."""
    if not actor.everywhere("decide"):
        raise NotAllowed("You may not make a calibration set.", "The central unit can.")
    version = await InstrumentVersion.filter(instrument__unit_id=actor.unit_id).get_or_none(id=version_id)
    problems = {} if version else {"version": "Choose an instrument"}
    if not title.strip():
        problems["title"] = "Give it a name"
    exact = version is not None and instrument_of(version).kind in ("checklist", "judgement")
    if not 0 <= tolerance <= (0 if exact else MOST_TOLERANCE):
        words = "With this instrument marks have to be the same: enter 0"
        problems["tolerance"] = words if exact else f"Enter a number from 0 to {MOST_TOLERANCE}"
    for name, given, least, most in (("tries", tries, 1, MOST_TRIES), ("wait_days", wait_days, 0, MOST_DAYS)):
        if not least <= given <= most:
            problems[name] = f"Enter a number from {least} to {most}"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    assert version
    async with transaction():
        made = await CalibrationSet.create(
            id=uuid4(), unit_id=actor.unit_id, version_id=version.id, title=title.strip()[:200], tolerance=tolerance,
            tries=tries, wait_days=wait_days, made=now, made_by_id=actor.person_id,
        )  # fmt: skip
        await _note("calibration_set.made", made, actor=actor, now=now)
    return made


async def save_vignette(
    set_id: UUID,
    position: int | None,
    *,
    title: str,
    text: str,
    given: Mapping[str, tuple[Mark | None, str]],
    actor: Actor,
    now: datetime,
) -> Vignette:
    """Adds a vignette to a draft, or replaces the one at a position; each item has its standard mark and the reason."""
    found, instrument = await draft_of(set_id, actor)
    problems = {} if title.strip() else {"title": "Give it a name"}
    problems |= {} if text.strip() else {"text": "Describe the session"}
    if problems := problems | _faults(instrument, given):
        raise Invalid("There is a problem", problems=problems)
    said: dict[str, Any] = {
        "title": title.strip()[:200], "text": text.strip(),
        "marks": {item: packed(one) for item, (one, _) in given.items()},
        "notes": {item: note.strip() for item, (_, note) in given.items()},
    }  # fmt: skip
    async with transaction():
        await _hold(found)
        last = await Vignette.filter(set_id=found.id).order_by("-position").first()
        if position is None and last and last.position >= MOST_VIGNETTES:
            raise Conflict(f"A set has {MOST_VIGNETTES} vignettes at most.", "Change one of them.")
        row = await Vignette.get_or_none(set_id=found.id, position=position) if position else None
        if position and row is None:
            raise NotFound("There is no such vignette.", "Look at the set again.")
        if row:
            await row.update_from_dict(said).save()
        else:
            row = await Vignette.create(id=uuid4(), set_id=found.id, position=last.position + 1 if last else 1, **said)
        await _note("calibration_set.changed", found, actor=actor, now=now, rows=[row])
    return row


def _faults(instrument: InstrumentSchema, given: Mapping[str, tuple[Mark | None, str]]) -> dict[str, str]:
    """Tells of which items the standard mark or its reason is missing or wrong."""
    problems = {}
    for item in titles_of(instrument):
        mark, note = given.get(item, (None, ""))
        if mark is None:
            problems[item] = "Choose the standard mark"
        elif fault := fault_of_mark(instrument, item, mark):
            problems[item] = fault
        elif not note.strip():
            problems[f"{item}_note"] = "Say why it is this mark"
    return problems


async def remove_vignette(set_id: UUID, position: int, *, actor: Actor, now: datetime) -> None:
    """Removes a vignette from a draft."""
    found, _ = await draft_of(set_id, actor)
    async with transaction():
        await _hold(found)
        row = await Vignette.get_or_none(set_id=found.id, position=position)
        if row is None:
            raise NotFound("There is no such vignette.", "Look at the set again.")
        await row.delete()
        await _note("calibration_set.changed", found, actor=actor, now=now, rows=[row])


async def publish(set_id: UUID, *, actor: Actor, now: datetime) -> CalibrationSet:
    """Publishes a draft that has a vignette: from now on assessors rate it, and it never changes."""
    found, _ = await draft_of(set_id, actor)
    async with transaction():
        await _hold(found)
        if not await Vignette.filter(set_id=found.id).exists():
            raise Conflict("There is nothing in this set yet.", "Add a vignette first.")
        await CalibrationSet.filter(id=found.id).update(state="published", published=now)
        if found.follows_id:
            before = await CalibrationSet.get(id=found.follows_id)
            if await CalibrationSet.filter(id=before.id, state="published").update(state="closed"):
                await _note("calibration_set.closed", before, actor=actor, now=now)
        await _note("calibration_set.published", found, actor=actor, now=now)
    return found


async def close(set_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Closes a set: nobody begins it any more; what came of it stays."""
    found = await found_set(set_id, actor)
    async with transaction():
        if not await CalibrationSet.filter(id=found.id).exclude(state="closed").update(state="closed"):
            raise Conflict("This set is closed already.", "Look at the list again.")
        await _note("calibration_set.closed", found, actor=actor, now=now)


async def another(set_id: UUID, *, actor: Actor, now: datetime) -> CalibrationSet:
    """Begins a draft with the same vignettes; published, it takes the place of the first."""
    found = await found_set(set_id, actor)
    async with transaction():
        made = await CalibrationSet.create(
            id=uuid4(), unit_id=found.unit_id, version_id=found.version_id, follows_id=found.id, title=found.title,
            tolerance=found.tolerance, tries=found.tries, wait_days=found.wait_days, made=now,
            made_by_id=actor.person_id,
        )  # fmt: skip
        rows = [
            await Vignette.create(
                id=uuid4(), set_id=made.id, position=one.position, title=one.title, text=one.text, marks=one.marks,
                notes=one.notes,
            )
            for one in await Vignette.filter(set_id=found.id).order_by("position")
        ]  # fmt: skip
        await _note("calibration_set.made", made, actor=actor, now=now, rows=rows)
    return made


async def found_set(set_id: UUID, actor: Actor) -> CalibrationSet:
    """Finds a set of the actor's unit."""
    found = await sets_for(actor).select_related("version").get_or_none(id=set_id)
    if found is None:
        raise NotFound("There is no such calibration set.", "Look at the list of sets.")
    return found


async def draft_of(set_id: UUID, actor: Actor) -> tuple[CalibrationSet, InstrumentSchema]:
    """Finds a set that may still change, with its instrument."""
    found = await found_set(set_id, actor)
    if found.state != "draft":
        raise Conflict("This set is published and never changes.", "Make another one from it.")
    return found, instrument_of(found.version)


async def _hold(found: CalibrationSet) -> None:
    """Makes changes of one draft wait for each other; somebody may have published it meanwhile."""
    if not await CalibrationSet.filter(id=found.id, state="draft").update(state="draft"):
        raise Conflict("This set is published and never changes.", "Make another one from it.")


async def _note(
    kind: str, found: CalibrationSet, *, actor: Actor, now: datetime, rows: list[Vignette] | None = None
) -> None:
    await facts.record(kind, found, actor=actor.person_id, unit=found.unit_id, now=now, rows=rows or ())
