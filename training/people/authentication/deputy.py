"""Who acts when work is done later that somebody asked for: that person, with the roles that they hold by then."""

from datetime import datetime
from uuid import UUID

from training.core.dates import local_day
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.visibility import active_on


async def acting_for(person_id: UUID, *, now: datetime) -> Actor:
    """Returns a person as an actor with the roles of today: a right that was taken away meanwhile is gone."""
    person = await Person.get(id=person_id).select_related("unit")
    unit, today = person.unit, local_day(now, person.unit.zone)
    held = await Membership.filter(active_on(today), person_id=person_id).values_list("role", "site_id")
    roles = frozenset((str(role), site) for role, site in held)
    return Actor(person.id, person.name, unit.id, person.language, unit.zone, roles, today, unit.name, unit.contact)
