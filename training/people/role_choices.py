"""Which roles the actor may give, where, and which of somebody's roles the actor may end: the choices of the forms."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from training.people.actions import may_give
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.people.models import Membership
from training.people.roles import GIVEN_BY_COORDINATORS, ROLES
from training.people.visibility import may_for, sites_for

Choices = list[tuple[str, str]]


async def gives(actor: Actor, person_id: UUID, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Lists the roles and sites that one may give a person; None for those who may give them none."""
    if not await may_for(actor, "manage people", person_id):
        return None
    to_sites = await site_shortlist(sites_for(actor, "manage people"), values, "to_site")
    return {**await offered(actor, values), "to_sites": to_sites}


async def offered(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Lists the roles and sites that the actor may give anybody."""
    every, sites = actor.may("give every role"), sites_for(actor, "manage people")
    whole = [("", "The whole unit")] if every else []
    roles = [(role, title) for role, title in ROLES.items() if every or role in GIVEN_BY_COORDINATORS]
    return {"roles": roles, "sites": await site_shortlist(sites, values, "site_id", last=whole)}


async def may_end(actor: Actor, person_id: UUID) -> Choices:
    """Lists the roles of a person that have no last day and that the actor may end."""
    held = Membership.filter(person_id=person_id, ends__isnull=True).order_by("starts", "id")
    return [
        (str(row["id"]), f"{ROLES[row['role']]}, {row['site'] or 'the whole unit'}")
        for row in await held.values("id", "role", "site_id", site="site__name")
        if may_give(actor, row["role"], row["site_id"])
    ]
