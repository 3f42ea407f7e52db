"""What those who look after people do with cohorts: make one, give and end places, hold sessions, note who came."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from courses.cohorts.models import Attendance, Cohort, Seat, Session, cohorts_visible_to, may_change, seats_for
from courses.learning.models import courses_visible_to
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.relations.actions import relate
from training.people.visibility import may_for, person_for, sites_for
from training.people.visibility import visible_to as people_visible_to
from training.trail import facts

LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Plan:
    """What is entered for a new cohort; without a site it reaches over several."""

    name: str
    starts: date
    ends: date | None = None
    site_id: UUID | None = None
    trainer_id: UUID | None = None


async def make(slug: str, plan: Plan, *, actor: Actor, now: datetime) -> Cohort:
    """Makes a cohort for a course, at one of the actor's sites or, for those who see all of them, over several."""
    course = await courses_visible_to(actor).get_or_none(slug=slug)
    if course is None:
        raise NotFound("There is no such course.", "Choose one from the list of courses.")
    await _check(plan, actor)
    async with transaction():
        cohort = await Cohort.create(id=uuid4(), course_id=course.id, **vars(plan))
        detail = {"course": slug, "site": str(plan.site_id) if plan.site_id else None}
        await facts.record("cohort.added", cohort, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return cohort


async def _check(plan: Plan, actor: Actor) -> None:
    problems: dict[str, str] = {}
    if plan.ends and plan.ends < plan.starts:
        problems["ends"] = "Enter a last day that is not before the first"
    own = sites_for(actor, "manage people")
    if not (await own.filter(id=plan.site_id).exists() if plan.site_id else actor.everywhere("manage people")):
        problems["site_id"] = "Choose a site"
    if plan.trainer_id and not await people_visible_to(actor).filter(id=plan.trainer_id).exists():
        problems["trainer_id"] = "Choose a trainer from the list"
    if problems:
        raise Invalid("There is a problem", problems=problems)


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
            given += 1
    return given


async def _trained(cohort: Cohort, person_id: UUID, *, day: date, actor: Actor, now: datetime) -> None:
    """Keeps that whoever leads the cohort is a trainer of the person, and so no independent assessor."""
    if cohort.trainer_id:
        by, unit = actor.person_id, actor.unit_id
        await relate(person_id, cohort.trainer_id, "trainer", day=day, unit=unit, actor=by, now=now)


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


async def add_session(
    cohort: Cohort, *, title: str, held_on: date, minutes: int, actor: Actor, now: datetime
) -> Session:
    """Adds a dated session to a cohort."""
    if not 0 < minutes <= LONGEST_MINUTES:
        raise Invalid("There is a problem", problems={"minutes": "Enter how many minutes it took or takes"})
    async with transaction():
        session = await Session.create(id=uuid4(), cohort_id=cohort.id, title=title, held_on=held_on, minutes=minutes)
        detail = {"cohort": str(cohort.id), "held_on": held_on.isoformat()}
        await facts.record("session.added", session, actor=actor.person_id, unit=actor.unit_id, now=now, detail=detail)
    return session


class NotedMeanwhile(Conflict):
    """Somebody has noted of these people something else than what the page showed, and than what is wanted now."""

    def __init__(self, people: frozenset[UUID]) -> None:
        super().__init__("Somebody has noted who came since you opened this page.", "Look at it again.")
        self.people = people


async def note_who_came(
    session: Session,
    came: Collection[UUID],
    *,
    of: Collection[UUID],
    actor: Actor,
    now: datetime,
    seen: Mapping[UUID, int | None] | None = None,
) -> None:
    """Notes for each of the people whom the actor manages whether they came; a fact tells each change.

    `seen` are the minutes that the page showed: what was noted otherwise since then is not written over.
    """
    if session.held_on > local_day(now, actor.zone):
        raise Invalid("This session has not been held yet.", "Note who came on the day or later.")
    async with transaction():
        await Session.select_for_update().get(id=session.id)  # of two at once, the second sees what the first noted
        here = seats_for(actor, "manage people").filter(cohort_id=session.cohort_id)
        mine = {row["person_id"] for row in await here.values("person_id")}
        cohort = await Cohort.get(id=session.cohort_id)
        before = dict(await Attendance.filter(session_id=session.id).values_list("person_id", "minutes"))
        wanted = {person_id: session.minutes if person_id in came else 0 for person_id in mine & set(of)}
        changed = {person_id: minutes for person_id, minutes in wanted.items() if before.get(person_id) != minutes}
        if seen is not None and (newer := frozenset(one for one in changed if before.get(one) != seen.get(one))):
            raise NotedMeanwhile(newer)
        for person_id, minutes in changed.items():
            told = {"minutes": minutes, "recorded": now, "recorded_by": actor.person_id}
            row = Attendance(id=uuid4(), session_id=session.id, person_id=person_id, **told)
            await Attendance.bulk_create([row], ignore_conflicts=True)
            await Attendance.filter(session_id=session.id, person_id=person_id).update(**told)
            await facts.record(
                "attendance.recorded", session, actor=actor.person_id, person=person_id, unit=actor.unit_id, now=now,
                detail={"before": before.get(person_id), "minutes": minutes},
                rows=[await Attendance.get(session_id=session.id, person_id=person_id)],
            )  # fmt: skip
            if minutes:
                await _trained(cohort, person_id, day=session.held_on, actor=actor, now=now)
