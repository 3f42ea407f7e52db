"""What those who look after people do with cohorts: make one, give and end places."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from courses.cohorts.models import Cohort, Seat, cohorts_visible_to, may_change, seats_for
from courses.learning.models import courses_visible_to
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.relations.actions import relate
from training.people.visibility import active_on, may_for, person_for, sites_for
from training.people.visibility import visible_to as people_visible_to
from training.programmes.actions import PlaceWish, adopted_at, join
from training.trail import facts


@dataclass(frozen=True)
class NewCohort:
    """What is entered for a new cohort; without a site it reaches over several.

    `learning` names what coming to its sessions counts as; a cohort without a course of ours has one.
    """

    name: str
    starts: date
    ends: date | None = None
    site_id: UUID | None = None
    trainer_id: UUID | None = None
    learning: str = ""
    programme_id: UUID | None = None


async def make(slug: str, plan: NewCohort, *, actor: Actor, now: datetime) -> Cohort:
    """Makes a cohort for a course, or for another training without a slug.

    It is at one of the actor's sites or, for those who see all of them, over several.
    """
    course = await courses_visible_to(actor).get_or_none(slug=slug) if slug else None
    if slug and course is None:
        raise NotFound("There is no such course.", "Choose one from the list of courses.")
    await _check(plan, actor, any_name=course is not None)
    async with transaction():
        course_id = course.id if course else None
        cohort = await Cohort.create(id=uuid4(), unit_id=actor.unit_id, course_id=course_id, **vars(plan))
        detail = {"course": slug, "site": str(plan.site_id) if plan.site_id else None}
        await facts.record("cohort.added", cohort, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return cohort


async def change(cohort: Cohort, plan: NewCohort, *, actor: Actor, now: datetime) -> None:
    """Changes how a cohort is called, when it runs, who leads it and what new sessions count as; nothing else of it."""
    asked = replace(plan, site_id=cohort.site_id, programme_id=None)
    await _check(asked, actor, any_name=cohort.course_id is not None, now_by=cohort.trainer_id)
    new = {"name": plan.name, "starts": plan.starts, "ends": plan.ends, "learning": plan.learning}
    async with transaction():
        await Cohort.filter(id=cohort.id).update(trainer_id=plan.trainer_id, **new)
        fresh = await Cohort.get(id=cohort.id)
        detail = {"trainer": str(plan.trainer_id) if plan.trainer_id else None}
        await facts.record("cohort.changed", fresh, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
        for seat in await Seat.filter(cohort_id=cohort.id, ends__isnull=True):
            day = local_day(now, actor.zone)
            await _trained(fresh, seat.person_id, day=day, actor=actor, now=now)


async def _check(plan: NewCohort, actor: Actor, *, any_name: bool, now_by: UUID | None = None) -> None:
    problems: dict[str, str] = {}
    if not plan.learning and not any_name:
        problems["learning"] = "Enter what coming to it counts as"
    if plan.ends and plan.ends < plan.starts:
        problems["ends"] = "Enter a last day that is not before the first"
    own = sites_for(actor, "manage people")
    if not (await own.filter(id=plan.site_id).exists() if plan.site_id else actor.everywhere("manage people")):
        problems["site_id"] = "Choose a site"
    problems |= await fault_of_trainer(plan.trainer_id, actor, now_by=now_by)
    if plan.programme_id and plan.programme_id not in await adopted_at(plan.site_id, actor.unit_id, on=plan.starts):
        problems["programme_id"] = "The site has not taken up this programme. Choose another one"
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def fault_of_trainer(trainer_id: UUID | None, actor: Actor, *, now_by: UUID | None) -> dict[str, str]:
    """Says what is wrong with a trainer whom the actor does not see; somebody else may have chosen who leads it now."""
    if trainer_id in (None, now_by) or await people_visible_to(actor).filter(id=trainer_id).exists():
        return {}
    return {"trainer_id": "Choose a trainer from the list"}


async def changeable(actor: Actor, identifier: UUID) -> Cohort:
    """Gives a cohort that the actor may change."""
    cohort = await cohorts_visible_to(actor).get_or_none(id=identifier)
    if cohort is None:
        raise NotFound("There is no such cohort.", "Choose one from the list of the course.")
    if not may_change(actor, cohort):
        raise NotAllowed("This cohort is looked after by somebody else.", "Ask your central unit.")
    return cohort


async def place(cohort: Cohort, people: Iterable[UUID], *, actor: Actor, now: datetime, because: str = "hand") -> int:
    """Gives people whom the actor manages a place from today on, unless they have one. Tells how many are new."""
    given = 0
    async with transaction():
        held = set(await Seat.filter(cohort_id=cohort.id, ends__isnull=True).values_list("person_id", flat=True))
        for person_id in dict.fromkeys(people):
            if person_id in held or not await may_for(actor, "manage people", person_id):
                continue
            row = Seat(id=uuid4(), cohort_id=cohort.id, person_id=person_id, starts=local_day(now, actor.zone))
            await Seat.bulk_create([row], ignore_conflicts=True)
            # Whoever left and comes back on one day has that day's row already.
            found = await Seat.get(cohort_id=cohort.id, person_id=person_id, starts=local_day(now, actor.zone))
            await Seat.filter(id=found.id).update(ends=None)
            await _tell("place.given", found, actor=actor, now=now, detail={"because": because})
            await _trained(cohort, person_id, day=max(found.starts, cohort.starts), actor=actor, now=now)
            await _join_programme(cohort, person_id, actor=actor, now=now)
            given += 1
    return given


async def _trained(cohort: Cohort, person_id: UUID, *, day: date, actor: Actor, now: datetime) -> None:
    """Keeps that whoever leads the cohort is a trainer of the person, and so no independent assessor."""
    if cohort.trainer_id:
        by, unit = actor.person_id, actor.unit_id
        await relate(person_id, cohort.trainer_id, "trainer", day=day, unit=unit, actor=by, now=now)


async def _join_programme(cohort: Cohort, person_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Gives somebody a place in the programme of the cohort, at its site or else at their own."""
    if cohort.programme_id is None:
        return
    today = local_day(now, actor.zone)
    own = Membership.filter(active_on(today), person_id=person_id, site_id__isnull=False).order_by("-starts")
    first = await own.first()
    wish = PlaceWish(cohort.programme_id, cohort.site_id or (first.site_id if first else None), today)
    await join(await Person.get(id=person_id), wish, because="cohort", actor_id=actor.person_id, now=now)


async def place_one(cohort: Cohort, person_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Gives a place to one person whom the actor manages."""
    await person_for(actor, "manage people", person_id)
    if not await place(cohort, [person_id], actor=actor, now=now):
        raise Conflict("This person is in the cohort already.", "Choose somebody else.")


async def end_place(cohort: Cohort, place_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Ends a place today; what the person did and came to stays."""
    held = await seats_for(actor, "manage people").get_or_none(id=place_id, cohort_id=cohort.id)
    if held is None:
        raise NotFound("There is no such place.", "Look at the cohort again.")
    async with transaction():
        if not await Seat.filter(id=held.id, ends__isnull=True).update(ends=local_day(now, actor.zone)):
            raise Conflict("This place has ended already.", "Look at the cohort again.")
        await _tell("place.ended", held, actor=actor, now=now, detail={"ends": local_day(now, actor.zone).isoformat()})


async def _tell(kind: str, held: Seat, *, actor: Actor, now: datetime, detail: dict[str, str]) -> None:
    told = detail | {"cohort": str(held.cohort_id)}
    await facts.record(
        kind, held, actor=actor.person_id, person=held.person_id, unit=actor.unit_id, now=now, detail=told
    )
