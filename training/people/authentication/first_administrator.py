"""The first day of a service: its central unit, and who may do everything in it; later, how they get in again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from training.core.dates import local_day, zones
from training.core.errors import Invalid
from training.database.connection import transaction
from training.parsing.text import clean_line, folded
from training.people.actions import make_link
from training.people.authentication.operator import OPERATOR
from training.people.contact.actions import checked_address
from training.people.models import Email, Membership, Person, SignInLink
from training.people.names import LONGEST, neutral_name
from training.people.visibility import active_on
from training.sites.models import CentralUnit
from training.trail import facts

ROLES = ("central", "administrator")
"""What the first administrator holds: both, as on the first day there is nobody else."""
LINK_LIVES = timedelta(hours=24)


@dataclass(frozen=True)
class FirstDay:
    """What was made: the unit, whether it and the person are new, and the link that lets the person in."""

    unit: CentralUnit
    new_unit: bool
    new_person: bool
    link: SignInLink


async def anybody_signs_in() -> bool:
    """Tells whether anybody is here who can ask for a link to sign in."""
    return await Email.filter(mail_only=False, person__erased_at__isnull=True).exists()


async def set_up(unit_name: str, address: str, zone: str, *, now: datetime) -> FirstDay:
    """Makes the unit and its first administrator; where both are there, lets the administrator in by a new link."""
    address, unit_name = checked_address(address, "admin"), clean_line(unit_name)
    if not 0 < len(unit_name) <= LONGEST:
        raise Invalid("--unit: Give the name of your central unit, like “Parenting Together”.")
    if zone not in zones():
        raise Invalid(f"--zone: {zone} is no time zone.", "Write a name like Europe/London.")
    slug = re.sub(r"[^a-z0-9]+", "-", folded(unit_name)).strip("-")[:60].strip("-") or "unit"
    async with transaction():
        unit = await CentralUnit.get_or_none(slug=slug)
        there = None if unit else await CentralUnit.first()
        if there:
            raise Invalid(
                f"This service has a central unit: {there.name}.", f'Run: training setup --unit "{there.name}"'
            )
        made = unit or await CentralUnit.create(id=uuid4(), slug=slug, name=unit_name, contact=address, zone=zone)
        if unit is None:
            await facts.record("unit.added", made, actor=OPERATOR, unit=made.id, now=now)
        known = await Email.get_or_none(unit_id=made.id, address=address).select_related("person")
        person = known.person if known else await _add(made, address, now=now)
        if known and await Email.filter(id=known.id, mail_only=True).update(mail_only=False):
            await facts.record(
                "person.changed", person, actor=OPERATOR, person=person.id, unit=made.id, now=now,
                detail={"columns": ["email"]}, rows=[known],
            )  # fmt: skip
        await _give_roles(person, made, now=now)
        link = await make_link(
            "person.let_in", person, address, lives=LINK_LIVES, way="setup", actor_id=OPERATOR, now=now
        )
    return FirstDay(made, unit is None, known is None, link)


async def _add(unit: CentralUnit, address: str, *, now: datetime) -> Person:
    key = uuid4()
    person = await Person.create(
        id=key, unit_id=unit.id, name=neutral_name(key), language=unit.language, created=now
    )  # she is asked for her name when she comes in
    email = await Email.create(id=uuid4(), unit_id=unit.id, person_id=key, address=address)
    await facts.record("person.added", person, actor=OPERATOR, person=key, unit=unit.id, now=now, rows=[email])
    return person


async def _give_roles(person: Person, unit: CentralUnit, *, now: datetime) -> None:
    today = local_day(now, unit.zone)
    here = Membership.filter(active_on(today), person_id=person.id)
    for role in ROLES:
        if not await here.filter(role=role).exists():
            given = await Membership.create(id=uuid4(), person_id=person.id, role=role, starts=today, recorded=now)
            detail = {"role": role, "site": None, "starts": today.isoformat()}
            await facts.record(
                "membership.given", given, actor=OPERATOR, person=person.id, unit=unit.id, now=now, detail=detail
            )
