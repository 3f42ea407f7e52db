"""Keeps how many tasks wait for somebody, for the menu, and mails them on Monday to whoever wants that."""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Subquery

from training.app.tasks import tasks_of
from training.core.dates import local_day, moment_in
from training.core.mail_templates import Mail
from training.people.actor import Actor
from training.people.authentication.deputy import acting_for
from training.people.contact.emails import PersonEmail
from training.people.models import Membership, Person, TaskList
from training.people.sessions import open_ones
from training.people.visibility import active_on
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact, Followup

WEEKLY = "mail tasks of the week"
MONDAY, MORNING = 0, 7
"""On which day of the week, and from which hour by the clocks of the unit."""
NAMED = 5
"""Tasks that the mail names; of the others it tells the number."""


async def keep_count(me: Actor, waiting: int) -> None:
    """Keeps the number for the menu where it has changed; of a session that opens less, it is not the whole number."""
    if waiting != me.tasks and not me.works_elsewhere:
        await TaskList.update_or_create({"waiting": waiting}, person_id=me.person_id)


async def count_again(person_id: UUID | None, *, now: datetime) -> None:
    """Counts anew for somebody who is signed in, as what waits for them may have changed; others count at home."""
    here = person_id and await open_ones(now=now).filter(person_id=person_id).exists()
    if person_id and here:
        waiting = len(await tasks_of(await acting_for(person_id, now=now), now=now))
        await TaskList.update_or_create({"waiting": waiting}, person_id=person_id)


async def count_both_again(fact: Fact, *, kind: str, now: datetime) -> None:
    """Counts anew for whom a fact concerns, and for whoever did it: of many that they did, with the last.

    `kind` is that of the work after those facts, which waits for its turn.
    """
    later = Followup.filter(kind=kind, state="queued", due__lte=now, fact__actor_id=fact.actor_id)
    for one in {fact.actor_id, fact.person_id}:
        if one == fact.person_id or not await later.exists():
            await count_again(one, now=now)


async def wants_mail(me: Actor) -> bool:
    """Tells whether somebody gets the mail each week."""
    return not await TaskList.filter(person_id=me.person_id, weekly=False).exists()


async def choose_mail(me: Actor, *, weekly: bool) -> None:
    """Keeps whether somebody gets the mail each week."""
    await TaskList.update_or_create({"weekly": weekly}, person_id=me.person_id)


async def plan_mails(*, now: datetime) -> None:
    """Queues the mail of this week for all who have a role, once it is Monday morning in their unit."""
    for unit in await CentralUnit.all():
        here, today = moment_in(now, unit.zone), local_day(now, unit.zone)
        if here.weekday() != MONDAY or here.hour < MORNING:
            continue
        at_work = Membership.filter(active_on(today), person__unit_id=unit.id).values("person_id")
        without = TaskList.filter(weekly=False).values("person_id")
        wanted = Person.filter(
            id__in=Subquery(at_work), merged_into_id__isnull=True, erased_at__isnull=True, test_user=False
        )
        lately = Followup.filter(kind=WEEKLY, due__gt=now - timedelta(days=2))
        queued = {work.subject_id async for work in lately}
        ids = [str(one) for one in await wanted.exclude(id__in=Subquery(without)).values_list("id", flat=True)]
        await facts.schedule_all(
            facts.Timer(WEEKLY, f"{WEEKLY}/{one}/{today.isoformat()}", now, subject_id=one)
            for one in ids
            if one not in queued
        )


async def of_week(person_id: UUID, *, now: datetime) -> PersonEmail | None:
    """Tells what waits for somebody; None where nothing does, or where they want no such mail any more."""
    if await TaskList.filter(person_id=person_id, weekly=False).exists():
        return None
    tasks = await tasks_of(await acting_for(person_id, now=now), now=now)
    if not tasks:
        return None
    values = {"titles": [one.title for one in tasks[:NAMED]], "count": len(tasks), "more": len(tasks[NAMED:])}
    return PersonEmail(person_id, Mail("people/tasks", values, "/tasks"))
