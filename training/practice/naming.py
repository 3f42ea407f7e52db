"""Finds who is meant when somebody is named to confirm, and whom one may choose from."""

from datetime import date
from typing import Any

from tortoise.expressions import Q, Subquery

from training.errors import Invalid
from training.parsing.addresses import plain_address
from training.people.actor import Actor
from training.people.addresses import SETTLED_AT, addresses_of, is_known_as, same_human
from training.people.models import Email, Membership, Person
from training.people.reach import live_on
from training.people.relations import standing_relations
from training.practice.rules import Confirmer, fault_of_confirmer

ALSO_YOU = (
    "{name} is known here by an address of yours, and you cannot confirm your own record. Name the person who was "
    f"there with you. If you are two people who share an address, the central unit can say so {SETTLED_AT}"
)


async def colleagues(actor: Actor, today: date) -> list[dict[str, Any]]:
    """Lists whom the actor can choose by name: people with a role at the same site, and those related to the actor."""
    sites = Membership.filter(live_on(today), person_id=actor.person_id, site_id__isnull=False).values("site_id")
    there = Membership.filter(live_on(today), site_id__in=Subquery(sites)).values("person_id")
    related = standing_relations().filter(person_id=actor.person_id).exclude(kind="relative").values("other_id")
    return (
        await Person.filter(unit_id=actor.unit_id, erased_at__isnull=True, test_user=False)
        .filter(Q(id__in=Subquery(there)) | Q(id__in=Subquery(related)))
        .exclude(id=actor.person_id)
        .order_by("name")
        .values("id", "name")
    )


async def named(confirmer: Confirmer, *, actor: Actor, field: str) -> Confirmer:
    """Checks a named confirmer and joins them to the person behind the address, when that person is known here.

    An address of somebody known is never kept from what was typed: they are asked at their own confirmed address, so
    that nobody can name a supervisor and read the supervisor's link themselves.
    """
    own = await addresses_of(actor.person_id)
    if fault := fault_of_confirmer(confirmer, holder=actor.person_id, own_addresses=own):
        raise Invalid("There is a problem", problems={field: fault})
    person = await _person(confirmer, actor)
    if person is None and confirmer.person:
        raise Invalid("There is a problem", problems={field: "Choose somebody from the list, or write their name"})
    if person and await same_human(actor.person_id, person.id):
        raise Invalid("There is a problem", problems={field: ALSO_YOU.format(name=person.name)})
    if confirmer.contact and await is_known_as(actor.person_id, confirmer.contact, actor.unit_id):
        raise Invalid("There is a problem", problems={field: ALSO_YOU.format(name=confirmer.contact.strip())})
    return Confirmer(person.name, person.id) if person else confirmer


async def _person(confirmer: Confirmer, actor: Actor) -> Person | None:
    there = Person.filter(unit_id=actor.unit_id, erased_at__isnull=True, test_user=False)
    if confirmer.person:
        return await there.get_or_none(id=confirmer.person)
    if "@" not in confirmer.contact:
        return None
    spellings = {confirmer.contact.strip().lower(), plain_address(confirmer.contact)}
    found = Email.filter(unit_id=actor.unit_id, address__in=list(spellings), confirmed=True)
    return await there.filter(id__in=Subquery(found.values("person_id"))).first()
