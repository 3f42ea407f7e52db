"""Sets how the people of a unit sign in."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import uuid4

from training.core.errors import Invalid
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.models import SignInPolicy
from training.people.authentication.rules import STAFF
from training.trail import facts


async def set_policy(roles: Iterable[str], *, since: date, actor: Actor, now: datetime) -> None:
    """Says which roles are asked for a second step, and from which day on; sessions of before are asked as well."""
    asked = sorted(set(roles))
    if not set(asked) <= set(STAFF):
        raise Invalid("There is a problem", problems={"roles": "Choose from the list"})
    async with transaction():
        row, _ = await SignInPolicy.get_or_create(
            unit_id=actor.unit_id,
            defaults={"id": uuid4(), "second_step_roles": asked, "second_step_from": since},
        )
        await SignInPolicy.filter(id=row.id).update(second_step_roles=asked, second_step_from=since)
        await facts.record(
            "sign_in_policy.set", row, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"roles": asked, "from": since.isoformat()},
        )  # fmt: skip
