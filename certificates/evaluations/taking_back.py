"""Rules that were published for a day to come are taken back before it, and put back."""

from datetime import datetime
from uuid import UUID

from certificates.evaluations.models import PathwayVersion
from certificates.evaluations.pathway_versions import read
from training.core.dates import day, local_day
from training.core.errors import Conflict, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.trail import facts

MAY = "load material"


async def take_back(version_id: UUID, *, actor: Actor, now: datetime) -> PathwayVersion:
    """Takes a version back before the day from which it counts, so that it never counts."""
    found = await _still_to_come(version_id, actor=actor, now=now)
    async with transaction():
        if await PathwayVersion.filter(id=found.id, taken_back__isnull=True).update(taken_back=now):
            await facts.record(
                "pathway.taken_back", found, actor=actor.person_id, unit=actor.unit_id, now=now, version=found.version
            )
    return found


async def bring_back(version_id: UUID, *, actor: Actor, now: datetime) -> PathwayVersion:
    """Undoes that, as long as its day is still to come."""
    found = await _still_to_come(version_id, actor=actor, now=now)
    async with transaction():
        if await PathwayVersion.filter(id=found.id, taken_back__isnull=False).update(taken_back=None):
            await facts.record(
                "pathway.brought_back", found, actor=actor.person_id, unit=actor.unit_id, now=now, version=found.version
            )
    return found


async def _still_to_come(version_id: UUID, *, actor: Actor, now: datetime) -> PathwayVersion:
    found = await PathwayVersion.get_or_none(id=version_id, unit_id=actor.unit_id)
    if found is None:
        raise NotFound("There are no such rules.", "Look at the list of programmes.")
    if not actor.everywhere(MAY):
        raise NotAllowed("You may not do this.", "Ask the central unit.")
    first, _ = read(found).effective
    if first is None or first <= local_day(now, actor.zone):
        since = f"count since {day(first)}" if first else "counted at once"
        raise Conflict(f"These rules {since}, and stay.", "Publish a new version that says what you want.")
    return found
