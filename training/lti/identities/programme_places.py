"""Courses of learning systems and programmes: the learners of a course get a place in the one that it belongs to."""

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Subquery

from training.core.dates import local_day
from training.core.errors import Invalid
from training.database.connection import transaction
from training.lti.models import Context, ContextRole
from training.lti.protocol.roles import LEARNER
from training.people.actor import Actor
from training.programmes.actions import PlaceWish, adopted_at, join
from training.programmes.models import Place
from training.sites.models import Programme
from training.trail import facts

HERE = "Active"
AT_ONCE = 500
"""How many learners of a course get a place at a time; the others follow when the work comes back."""


async def choose_programme(context: Context, programme_id: UUID | None, *, actor: Actor, now: datetime) -> int:
    """Says to which programme a course belongs, and gives its learners places; tells how many are new."""
    if programme_id and not await Programme.filter(id=programme_id, unit_id=actor.unit_id).exists():
        raise Invalid("There is a problem", problems={"programme": "Choose a programme from the list"})
    async with transaction():
        await Context.filter(id=context.id).update(programme_id=programme_id)
        await facts.record(
            "context.mapped", context, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"programme": str(programme_id) if programme_id else None},
        )  # fmt: skip
    return await _give(context.id, now=now)


async def give_places(*, now: datetime) -> None:
    """Gives places to learners who have come since; a launch itself does not wait for this."""
    for context_id in await Context.filter(deployment__registration__state="active").values_list("id", flat=True):
        await _give(UUID(str(context_id)), now=now)


async def programme_of(context: Context, *, now: datetime) -> UUID | None:
    """Tells to which programme a course belongs: the one that was chosen, else the only one that its site delivers.

    Asks for the registration and its unit to be fetched.
    """
    registration = context.deployment.registration
    ours = await Programme.filter(unit_id=registration.unit_id).limit(2)
    if context.programme_id or len(ours) != 1:
        return context.programme_id
    today = local_day(now, registration.unit.zone)
    return ours[0].id if ours[0].id in await adopted_at(registration.site_id, registration.unit_id, on=today) else None


async def _give(context_id: UUID, *, now: datetime) -> int:
    context = await Context.get(id=context_id).select_related("deployment__registration__unit")
    programme = await programme_of(context, now=now)
    if programme is None:
        return 0
    # Whoever had a place once and lost it gets none again by having been here.
    placed = Place.filter(programme_id=programme).values("person_id")
    learners = ContextRole.filter(context_id=context.id, role=LEARNER, status=HERE, identity__test_user=False)
    new = learners.exclude(identity__person_id__in=Subquery(placed)).limit(AT_ONCE).prefetch_related("identity__person")
    registration, given = context.deployment.registration, 0
    wish = PlaceWish(programme, registration.site_id, local_day(now, registration.unit.zone))
    for one in await new:
        async with transaction():
            given += bool(await join(one.identity.person, wish, because="lti", actor_id=None, now=now))
    return given
