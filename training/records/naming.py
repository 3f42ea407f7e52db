"""Finds who is meant when somebody is named to confirm, and whom one may choose from."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core.errors import Invalid
from training.parsing.addresses import plain_address
from training.people.actor import Actor
from training.people.contact.addresses import SETTLED_AT, addresses_of, is_known_as, same_human
from training.people.models import Email, Membership, Permission, Person
from training.people.relations.actions import standing_relations
from training.people.visibility import active_on
from training.records.rules import Confirmer, fault_of_confirmer

ALSO_YOU = (
    "{name} is known here by an address of yours, and you cannot confirm your own record. Name the person who was "
    f"there with you. If you are two people who share an address, the central unit can say so {SETTLED_AT}"
)
ALSO_THEM = (
    "{name} is known here by an address of the person whose record this is. Name somebody else. If they are two people "
    f"who share an address, the central unit can say so {SETTLED_AT}"
)
THEMSELVES = "This is the person whose record it is. Name somebody else"


OFFERED = {
    "by": ({"supervisor", "assessor", "coordinator"}, {"supervisor", "trainer", "manager"}),
    "co_leader": ({"facilitator", "supervisor", "assessor", "coordinator"}, {"co_leader", "supervisor", "trainer"}),
    "confirmer": (
        {"facilitator", "supervisor", "assessor", "coordinator"},
        {"supervisor", "trainer", "co_leader", "assessor", "manager"},
    ),
}
"""Part → roles at the actor's site, and relations to the actor, by which somebody may be offered for it by name."""
SUPERVISES = ("superv", "coach", "mentor")
"""What the words of a permission hold where it lets somebody supervise who has no such role."""


def colleagues(actor: Actor, today: date, *, part: str, chosen: Collection[UUID] = frozenset()) -> QuerySet[Person]:
    """Lists whom the actor can choose by name for a part: who may have it, and whom they have chosen before."""
    roles, kinds = OFFERED[part]
    sites = Membership.filter(active_on(today), person_id=actor.person_id, site_id__isnull=False).values("site_id")
    here = Membership.filter(active_on(today), site_id__in=Subquery(sites))
    fitting = here.filter(role__in=sorted(roles)).values("person_id")
    related = standing_relations().filter(person_id=actor.person_id, kind__in=sorted(kinds)).values("other_id")
    near = Q(id__in=Subquery(here.values("person_id"))) | Q(id__in=Subquery(related))
    offered = Q(id__in=Subquery(fitting)) | Q(id__in=Subquery(related)) | (Q(id__in=list(chosen)) & near)
    if part == "by":
        able = Permission.filter(active_on(today)).filter(_any("may__icontains", SUPERVISES)).values("person_id")
        offered |= Q(id__in=Subquery(able)) & Q(id__in=Subquery(here.values("person_id")))
    here_now = {"merged_into_id__isnull": True, "erased_at__isnull": True, "test_user": False}
    return Person.filter(offered, unit_id=actor.unit_id, **here_now).exclude(id=actor.person_id)


def _any(name: str, values: Iterable[str]) -> Q:
    return Q(*(Q(**{name: value}) for value in values), join_type=Q.OR)


async def named(confirmer: Confirmer, *, actor: Actor, field: str, holder: UUID | None = None) -> Confirmer:
    """Checks a named confirmer and joins them to the person behind the address, when that person is known here.

    The record is of the `holder`, which is the actor unless a program tells it.

    An address of somebody known is never kept from what was typed: they are asked at their own confirmed address, so
    that nobody can name a supervisor and read the supervisor's link themselves.
    """
    holder = holder or actor.person_id
    own = await addresses_of(holder)
    if fault := fault_of_confirmer(confirmer, holder=holder, own_addresses=own):
        raise Invalid("There is a problem", problems={field: fault})
    return await _joined(confirmer, actor=actor, field=field, holder=holder, same=ALSO_YOU)


async def named_by_others(one: Confirmer, *, actor: Actor, field: str, holder: UUID) -> Confirmer:
    """Checks and joins as `named` does whom the actor names in a record of the `holder`, another person or a site.

    Nobody is asked to confirm it, so a name alone will do.
    """
    if one.person == holder:
        raise Invalid("There is a problem", problems={field: THEMSELVES})
    return await _joined(one, actor=actor, field=field, holder=holder, same=ALSO_THEM)


async def _joined(one: Confirmer, *, actor: Actor, field: str, holder: UUID, same: str) -> Confirmer:
    person = await _person(one, actor)
    if person is None and one.person:
        raise Invalid("There is a problem", problems={field: "Choose somebody from the list, or write their name"})
    if person and await same_human(holder, person.id):
        raise Invalid("There is a problem", problems={field: same.format(name=person.name)})
    if one.contact and await is_known_as(holder, one.contact, actor.unit_id):
        raise Invalid("There is a problem", problems={field: same.format(name=one.contact.strip())})
    return replace(one, name=person.name, person=person.id, contact="") if person else one


async def _person(confirmer: Confirmer, actor: Actor) -> Person | None:
    there = Person.filter(unit_id=actor.unit_id, merged_into_id__isnull=True, erased_at__isnull=True, test_user=False)
    if confirmer.person:
        return await there.get_or_none(id=confirmer.person)
    if "@" not in confirmer.contact:
        return None
    spellings = {confirmer.contact.strip().lower(), plain_address(confirmer.contact)}
    found = Email.filter(unit_id=actor.unit_id, address__in=list(spellings), confirmed=True)
    return await there.filter(id__in=Subquery(found.values("person_id"))).first()
