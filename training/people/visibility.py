"""How far an actor's abilities go: where the other person is, today; every list and every action starts from here."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.core.errors import NotAllowed, NotFound
from training.database.ids import one_of
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.roles import ABILITIES
from training.sites.models import Site

NOBODY: list[UUID] = []


def reach(actor: Actor, ability: str, prefix: str = "person", *, on: date | None = None) -> Q:
    """Filters rows to the people for whom the actor has the ability, where they are on the day, which is today.

    A role of the unit carries an ability for everybody in it; a role at a site for those who hold any role there on
    that day; the stand-ins of LMSs are nobody's people, and neither are shut records. `prefix` names the foreign key to
    Person on the table being filtered; "" filters Person itself.
    """
    key = f"{prefix}_id" if prefix else "id"
    person = f"{prefix}__" if prefix else ""
    unit = _is(f"{person}unit_id", actor.unit_id) & _is(f"{person}test_user", False)
    unit &= _is(f"{person}merged_into_id__isnull", True)
    if actor.everywhere(ability):
        return unit
    if not actor.may(ability):
        return _is(f"{key}__in", NOBODY)
    there = Membership.filter(active_on(on or actor.today), site_id__in=_reached_sites(actor, ability)).values(
        "person_id"
    )
    return unit & (_is(f"{key}__in", Subquery(there)) if actor.within else one_of(key, there))


def _reached_sites(actor: Actor, ability: str) -> Subquery | list[UUID]:
    """Names the sites of an actor who has the ability not for the whole unit; those of an area by a statement."""
    if actor.within and actor.may(ability):
        return Subquery(Site.filter(unit_id=actor.unit_id, area__path__startswith=actor.within).values("id"))
    return list(actor.sites(ability))  # as many as one person has roles


def of_sites(actor: Actor, ability: str) -> Q:
    """Filters rows to what sites hold themselves (`holder_site`), of the sites for which the actor has the ability."""
    if actor.everywhere(ability):
        return Q(holder_site__unit_id=actor.unit_id)
    return Q(holder_site_id__in=_reached_sites(actor, ability))


def visible_filter(actor: Actor, prefix: str = "person") -> Q:
    """Filters rows to oneself, and to the people whom the actor may see."""
    return _is(f"{prefix}_id" if prefix else "id", actor.person_id) | reach(actor, "see people", prefix)


def _is(name: str, value: Any) -> Q:
    given: dict[str, Any] = {name: value}
    return Q(**given)


def visible_to(actor: Actor) -> QuerySet[Person]:
    """Lists oneself, and the people whom the actor may see."""
    return Person.filter(visible_filter(actor, ""))


def people_for(actor: Actor, ability: str) -> QuerySet[Person]:
    """Lists the people for whom the actor has the ability."""
    return Person.filter(reach(actor, ability, ""))


def sites_for(actor: Actor, ability: str) -> QuerySet[Site]:
    """Lists the sites at which the actor has the ability."""
    ours = Site.filter(unit_id=actor.unit_id)
    return ours if actor.everywhere(ability) else ours.filter(id__in=_reached_sites(actor, ability))


async def person_for(actor: Actor, ability: str, person_id: UUID) -> Person:
    """Finds a person for whom the actor has the ability; NotFound when there is none."""
    if not actor.may(ability):
        raise NotAllowed("You may not do this.", "A site coordinator or the central unit can.")
    found = await people_for(actor, ability).get_or_none(id=person_id)
    if found is None:
        # Not told apart: whether somebody is here at all is not for everybody to know.
        raise NotFound("There is no such person among yours.", "Look for them in the list of people.")
    return found


async def may_for(actor: Actor, ability: str, person_id: UUID) -> bool:
    """Tells whether the actor has the ability for a person."""
    return await people_for(actor, ability).filter(id=person_id).exists()


def active_on(day: date) -> Q:
    """Filters memberships, relations and permissions to those that hold on the day."""
    return Q(starts__lte=day) & (Q(ends__isnull=True) | Q(ends__gte=day))


def able_on(day: date, ability: str) -> Q:
    """Filters memberships to those that hold on the day and whose role has the ability."""
    return active_on(day) & Q(role__in=sorted(ABILITIES[ability]))


async def coordinators_of(sites: Collection[UUID], actor: Actor, *, otherwise: Collection[str]) -> list[UUID]:
    """Lists who is asked about something of the actor at some sites: the coordinators there but the actor themselves.

    Where there is none, whoever holds one of these roles in the unit.
    """
    others = Membership.filter(active_on(actor.today), person__unit_id=actor.unit_id, person_id__not=actor.person_id)
    others = others.filter(person__merged_into_id__isnull=True)
    here = others.filter(role="coordinator", site_id__in=list(sites))
    return sorted({row.person_id for row in await here or await others.filter(role__in=list(otherwise))})
