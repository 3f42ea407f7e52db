"""Courses of learning systems that belong to a programme: their learners get a place in it."""

from datetime import datetime
from uuid import UUID

from training.core.dates import local_day
from training.core.errors import Invalid
from training.database.connection import transaction
from training.lti.models import Context, ContextRole
from training.lti.protocol.roles import LEARNER
from training.people.actor import Actor
from training.programmes.actions import PlaceWish, join
from training.programmes.models import Place
from training.sites.models import Programme
from training.trail import facts

HERE = "Active"


async def choose_programme(context: Context, programme_id: UUID | None, *, actor: Actor, now: datetime) -> int:
    """Says to which programme a course belongs, or to none, and gives its learners places; tells how many are new."""
    if programme_id and not await Programme.filter(id=programme_id, unit_id=actor.unit_id).exists():
        raise Invalid("There is a problem", problems={"programme": "Choose a programme from the list"})
    async with transaction():
        await Context.filter(id=context.id).update(programme_id=programme_id)
        await facts.record(
            "context.mapped", context, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"programme": str(programme_id) if programme_id else None},
        )  # fmt: skip
    return await _give(context.id, now=now) if programme_id else 0


async def give_places(*, now: datetime) -> None:
    """Gives places to learners who have come since; a launch itself does not wait for this."""
    for context_id in await Context.filter(programme_id__isnull=False).values_list("id", flat=True):
        await _give(UUID(str(context_id)), now=now)


async def _give(context_id: UUID, *, now: datetime) -> int:
    context = await Context.get(id=context_id).select_related("deployment__registration__unit")
    registration, programme = context.deployment.registration, context.programme_id
    assert programme is not None
    held = ContextRole.filter(context_id=context.id, role=LEARNER, status=HERE, identity__test_user=False)
    learners = {one.identity.person_id: one.identity.person for one in await held.prefetch_related("identity__person")}
    # Whoever had a place once and lost it gets none again by having been here.
    placed = Place.filter(person_id__in=list(learners), programme_id=programme).values_list("person_id", flat=True)
    new = learners.keys() - {UUID(str(one)) for one in await placed}
    wish = PlaceWish(programme, registration.site_id, local_day(now, registration.unit.zone))
    given = 0
    for person_id in sorted(new):
        async with transaction():
            given += bool(await join(learners[person_id], wish, because="lti", actor_id=None, now=now))
    return given
