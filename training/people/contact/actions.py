"""Changes what somebody is called and where mail goes: by the person, once, where nobody knows; else by their site."""

import re
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from training.core.errors import Conflict, Invalid
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.models import Email, Person
from training.people.names import LONGEST, has_name, neutral_name
from training.people.renaming import rename
from training.people.visibility import person_for
from training.trail import facts

ADDRESS = re.compile(r"[^\s@,;:<>\"]{1,64}@[^\s@,;:<>\"]+\.[^\s@,;:<>\".]+")
LONGEST_ADDRESS = 254
NUMBER = re.compile(r"\+?[\d ()./-]{4,39}")


NOT_ONES_OWN = "You may not change your own name: it stands on what you sign and on your certificates."
OTHERS_NAME = "Another coordinator or the central unit can."


async def tell_own_name(name: str, *, actor: Actor, now: datetime) -> None:
    """Keeps the name of the actor, whom nobody has named; what is known already is changed by the site."""
    person = await Person.get(id=actor.person_id)
    if has_name(person.id, person.name):
        raise Conflict("We know your name already.", "If it is wrong, ask your site coordinator to change it.")
    await _call(person, name, actor=actor, now=now)


async def change_name(person_id: UUID, name: str, *, actor: Actor, now: datetime) -> None:
    """Changes what somebody is called; certificates that were issued keep the name that is printed on them."""
    person = await person_for(actor, "manage people", person_id)
    await refuse_own(person.id, actor.person_id, NOT_ONES_OWN, OTHERS_NAME)
    await _call(person, name, actor=actor, now=now)


async def _call(person: Person, name: str, *, actor: Actor, now: datetime) -> None:
    name = checked_name(name, besides=neutral_name(person.id))
    async with transaction():
        await write_name(person, name, actor=actor, now=now)


def checked_name(name: str, besides: str = "") -> str:
    """Gives a name as it is kept; raises Invalid where it is none, or the one that stands for an unknown name."""
    name = " ".join(name.split())
    if name in ("", besides):
        raise Invalid("There is a problem", problems={"name": "Enter the first name and the family name"})
    if len(name) > LONGEST:
        raise Invalid("There is a problem", problems={"name": f"Enter a name of at most {LONGEST} letters"})
    return name


async def write_name(person: Person, name: str, *, actor: Actor, now: datetime) -> None:
    """Calls somebody anew in the caller's transaction, as a person has said it: no LMS changes it any more."""
    former = await rename(person, name, now=now)
    if former is None:
        raise Conflict("Somebody has just changed this name.", "Look at it again.")
    await facts.record(
        "person.named", person, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
        detail={"by": "self" if actor.person_id == person.id else "site"}, rows=former,
    )  # fmt: skip


def checked_address(address: str, field: str) -> str:
    """Gives an address as it is kept; raises Invalid for the field where it is none."""
    address = address.strip().lower()
    if not ADDRESS.fullmatch(address) or len(address) > LONGEST_ADDRESS:
        words = "Enter an e-mail address, like name@example.org"
        raise Invalid(f"{words}.", problems={field: words})
    return address


def checked_number(number: str) -> str:
    """Gives a telephone number as it is kept; raises Invalid where it is none."""
    number = " ".join(number.split())
    if not NUMBER.fullmatch(number):
        words = "Enter a telephone number, like 029 2018 0100"
        raise Invalid("There is a problem", problems={"phone": words})
    return number


async def add_address(person_id: UUID, address: str, *, actor: Actor, now: datetime) -> None:
    """Keeps an address that a site was told, for letters alone: whoever types it must not get in by it."""
    person = await person_for(actor, "manage people", person_id)
    taken = "This address is known already, for this person or somebody else"
    await _keep_address(person, checked_address(address, "address"), actor=actor, now=now, taken=taken)


async def give_own_address(address: str, *, actor: Actor, now: datetime) -> None:
    """Keeps an address that somebody gives for themselves, for letters alone, as nobody has seen that it is theirs."""
    taken = "We cannot use this address. Give another one, or ask your site"
    me = await Person.get(id=actor.person_id)
    await _keep_address(me, checked_address(address, "address"), actor=actor, now=now, taken=taken)


async def _keep_address(person: Person, address: str, *, actor: Actor, now: datetime, taken: str) -> None:
    try:
        async with transaction():
            kept = await Email.create(
                id=uuid4(), unit_id=person.unit_id, person_id=person.id, address=address, mail_only=True
            )  # fmt: skip
            await facts.record(
                "person.changed", person, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
                detail={"columns": ["email"]}, rows=[kept],
            )  # fmt: skip
    except IntegrityError as error:
        raise Invalid("There is a problem", problems={"address": taken}) from error
