"""Which roles the actor may give, where, and which of somebody's roles the actor may end: the choices of the forms."""

from uuid import UUID

from training.people.actions import may_give
from training.people.actor import Actor
from training.people.models import Membership
from training.people.roles import GIVEN_BY_COORDINATORS, ROLES
from training.people.visibility import may_for, sites_for

Choices = list[tuple[str, str]]


async def gives(actor: Actor, person_id: UUID) -> dict[str, Choices] | None:
    """Lists the roles and sites that one may give a person; None for those who may give them none."""
    return await offered(actor) if await may_for(actor, "manage people", person_id) else None


async def offered(actor: Actor) -> dict[str, Choices]:
    """Lists the roles and sites that the actor may give anybody."""
    every, sites = actor.may("give every role"), sites_for(actor, "manage people")
    named = [(str(row["id"]), row["name"]) for row in await sites.order_by("name").values("id", "name")]
    whole = [("", "The whole unit")] if every else []
    roles = [(role, title) for role, title in ROLES.items() if every or role in GIVEN_BY_COORDINATORS]
    return {"roles": roles, "sites": [*named, *whole]}


async def may_end(actor: Actor, person_id: UUID) -> Choices:
    """Lists the roles of a person that have no last day and that the actor may end."""
    held = Membership.filter(person_id=person_id, ends__isnull=True).order_by("starts", "id")
    return [
        (str(row["id"]), f"{ROLES[row['role']]}, {row['site'] or 'the whole unit'}")
        for row in await held.values("id", "role", "site_id", site="site__name")
        if may_give(actor, row["role"], row["site_id"])
    ]
