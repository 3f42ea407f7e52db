"""Ends somebody's part in programmes when they are erased; the rows stay, as signatures of others may rest on them."""

from datetime import datetime

from tortoise.expressions import Q

from training.core.dates import local_day
from training.people.models import Person
from training.programmes.models import Application, Place, ProgrammeRole
from training.sites.models import zone_of


async def end_participation(person: Person, *, now: datetime) -> None:
    """Ends places and roles that still hold, and takes away what the person wrote to a site.

    Only inside a transaction, with the fact `person.erased` beside it.
    """
    today = local_day(now, await zone_of(person.unit_id))
    running = Q(ends__isnull=True) | Q(ends__gt=today)
    await Place.filter(running, person_id=person.id).update(ends=today, end_reason="left", end_recorded=now)
    await ProgrammeRole.filter(running, person_id=person.id).update(ends=today, end_recorded=now)
    await Application.filter(person_id=person.id).update(words="")
    waiting = Application.filter(person_id=person.id, state="waiting")
    await waiting.update(state="withdrawn", slot=None, answered=now)
