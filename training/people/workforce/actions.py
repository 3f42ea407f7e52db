"""Brings somebody new into the workforce, and tells whether somebody alike is there already."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q
from tortoise.models import Model

from training.core.errors import Invalid
from training.database.connection import transaction
from training.database.name_search import searched
from training.people.actions import refuse_role, write_membership
from training.people.actor import Actor
from training.people.contact.actions import checked_address, checked_name, checked_number
from training.people.models import Email, Person, Phone
from training.people.visibility import visible_to
from training.trail import facts

MOST_ALIKE = 5


@dataclass(frozen=True)
class NewPerson:
    """Who is to be added: name, role with its site and first day, and where they are reached, if anywhere."""

    name: str
    role: str
    site_id: UUID | None
    starts: date
    email: str = ""
    phone: str = ""


async def add_person(wish: NewPerson, *, actor: Actor, now: datetime) -> Person:
    """Adds a person with a first role; letters go to the address, and nobody signs in by it before an invitation."""
    await refuse_role(wish.role, wish.site_id, wish.starts, actor)
    name = checked_name(wish.name)
    address = checked_address(wish.email, "email") if wish.email else ""
    number = checked_number(wish.phone) if wish.phone else ""
    try:
        async with transaction():
            person = await Person.create(
                id=uuid4(), unit_id=actor.unit_id, name=name, language=actor.language, created=now
            )
            rows: list[Model] = []
            if address:
                rows.append(
                    await Email.create(
                        id=uuid4(), unit_id=actor.unit_id, person_id=person.id, address=address, mail_only=True
                    )
                )
            if number:
                await Phone.create(id=uuid4(), person_id=person.id, number=number, recorded=now)
            await facts.record(
                "person.added", person, actor=actor.person_id, person=person.id, unit=actor.unit_id, now=now, rows=rows
            )
            await write_membership(
                person, role=wish.role, site_id=wish.site_id, starts=wish.starts, actor=actor, now=now
            )
    except IntegrityError as error:
        raise Invalid("There is a problem", problems={"email": "Somebody has this address already"}) from error
    return person


async def alike(wish: NewPerson, actor: Actor) -> list[Person]:
    """Lists whom the actor sees and who may be the same: all words of the name agree, or the number or address does."""
    words = searched(wish.name).split()
    named = Q(*(Q(folded__contains=word) for word in words)) if words else Q(id__in=[])
    found = visible_to(actor).filter(erased_at__isnull=True).order_by("name", "id")
    people = {one.id: one for one in await found.filter(named).limit(MOST_ALIKE)}
    if wish.email:
        people |= {one.id: one for one in await found.filter(emails__address=wish.email.strip().lower())}
    if wish.phone:
        people |= {one.id: one for one in await found.filter(phones__number=" ".join(wish.phone.split())).distinct()}
    return list(people.values())[:MOST_ALIKE]
