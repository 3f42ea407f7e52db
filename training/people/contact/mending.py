"""Mends where somebody is reached: telephone numbers, and addresses that are wrong or not theirs any more."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from training.core.errors import Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.invitations import may_let_in
from training.people.contact.actions import checked_number
from training.people.models import Email, Person, Phone
from training.people.sessions import end_sessions_of
from training.people.visibility import person_for
from training.trail import facts


async def add_phone(person_id: UUID, number: str, *, actor: Actor, now: datetime) -> None:
    """Keeps a telephone number of somebody."""
    person, number = await person_for(actor, "manage people", person_id), checked_number(number)
    try:
        async with transaction():
            await Phone.create(id=uuid4(), person_id=person.id, number=number, recorded=now)
            await _changed(person, actor, now)
    except IntegrityError as error:
        raise Invalid("There is a problem", problems={"phone": "They have this number already"}) from error


async def remove_phone(person_id: UUID, number: str, *, actor: Actor, now: datetime) -> None:
    """Removes a telephone number."""
    person = await person_for(actor, "manage people", person_id)
    async with transaction():
        if not await Phone.filter(person_id=person.id, number=number).delete():
            raise NotFound("They have no such number.", "Look at the page again.")
        await _changed(person, actor, now)


async def end_address(person_id: UUID, address: str, *, actor: Actor, now: datetime) -> None:
    """Removes an address that nobody signed in by; one that somebody did stays known, and lets nobody in any more.

    It stays, as records that share an address may be one person's. Who ends a way in must be able to open one.
    """
    person = await person_for(actor, "manage people", person_id)
    found = await Email.get_or_none(person_id=person.id, address=address)
    if found is None:
        raise NotFound("They have no such address.", "Look at the page again.")
    if not found.mail_only and not await may_let_in(actor, person):
        raise NotAllowed("They sign in by this address.", "Ask the central unit to end it.")
    async with transaction():
        here = Email.filter(id=found.id)
        await (here.update(mail_only=True, confirmed=False) if found.confirmed else here.delete())
        await end_sessions_of(person.id, now=now)
        await facts.record(
            "person.address_ended", person, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
            rows=[found],
        )  # fmt: skip


async def _changed(person: Person, actor: Actor, now: datetime) -> None:
    await facts.record(
        "person.changed", person, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
        detail={"columns": ["phone"]},
    )  # fmt: skip
