"""What the pages of cohorts show: people with how far they are, sessions with who came, and what can be chosen."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from courses.cohorts.models import Attendance, Cohort, Seat, Session, visible_to
from courses.learning import words
from courses.learning.models import Completion, Enrolment
from training.core.dates import day
from training.people.actor import Actor
from training.people.models import Membership, has_in_name
from training.people.roles import ABILITIES
from training.people.visibility import people_for, sites_for
from training.people.visibility import visible_to as people_visible_to

MOST_FOUND = 20


def dates_of(cohort: Cohort) -> str:
    """From when to when a cohort runs."""
    return f"{day(cohort.starts)} to {day(cohort.ends)}" if cohort.ends else f"From {day(cohort.starts)}"


async def people_of(cohort: Cohort, places: QuerySet[Seat], *, session: Session | None = None) -> list[dict[str, Any]]:
    """Those of the places that are of a cohort: how far their people are on the course, and to how much they came."""
    rows = await places.filter(cohort_id=cohort.id).order_by("person__name", "starts").values(
        "id", "person_id", "starts", "ends", name="person__name"
    )  # fmt: skip
    ids = [row["person_id"] for row in rows]
    begun = set(
        await Enrolment.filter(course_id=cohort.course_id, person_id__in=ids).values_list("person_id", flat=True)
    )
    finished = Completion.filter(module="", version__course_id=cohort.course_id, person_id__in=ids)
    done = set(await finished.values_list("person_id", flat=True))
    came = Attendance.filter(session__cohort_id=cohort.id, minutes__gt=0)
    there = await came.values_list("person_id", "session_id")
    return [
        {
            "id": row["person_id"],
            "place": str(row["id"]),
            "name": row["name"],
            "path": f"/courses/of/{row['person_id']}",
            "state": "Done"
            if row["person_id"] in done
            else "In progress"
            if row["person_id"] in begun
            else "Not begun",
            "since": row["starts"],
            "until": row["ends"],
            "came": sum(person == row["person_id"] for person, _ in there),
            "here": session is not None and (row["person_id"], session.id) in there,
        }
        for row in rows
    ]


async def noted_at(session: Session) -> dict[UUID, int]:
    """What is noted of a session: for each person the minutes, none of them for who did not come."""
    return dict(await Attendance.filter(session_id=session.id).values_list("person_id", "minutes"))


async def sessions_of(cohort: Cohort, actor: Actor) -> list[dict[str, Any]]:
    """The sessions of a cohort, with how many people within the actor's reach came."""
    people = visible_to(actor).filter(cohort_id=cohort.id)
    mine = set(await people.values_list("person_id", flat=True))
    came = await Attendance.filter(session__cohort_id=cohort.id, minutes__gt=0).values_list("session_id", "person_id")
    return [
        {
            "title": row.title,
            "path": f"/courses/cohorts/{cohort.id}/sessions/{row.id}",
            "day": row.held_on,
            "minutes": words.minutes(row.minutes),
            "held": row.held_on <= actor.today,
            "came": sum(session == row.id and person in mine for session, person in came),
        }
        for row in await Session.filter(cohort_id=cohort.id).order_by("held_on", "title")
    ]


async def days_of(person_id: UUID, *, today: date) -> list[dict[str, Any]]:
    """The training days of a person's cohorts: those to come, and for the others whether the person came."""
    cohorts = await Seat.filter(person_id=person_id, ends__isnull=True).values_list("cohort_id", flat=True)
    came = dict(await Attendance.filter(person_id=person_id).values_list("session_id", "minutes"))
    rows = await Session.filter(cohort_id__in=list(cohorts)).order_by("held_on", "title").select_related("cohort")
    return [
        {"title": row.title, "cohort": row.cohort.name, "day": row.held_on, "word": _word(came.get(row.id), row, today)}
        for row in rows
    ]


def _word(minutes: int | None, session: Session, today: date) -> str:
    if minutes is None:
        return "To come" if session.held_on >= today else "Not noted yet"
    return "Came" if minutes else "Not there"


async def choices(actor: Actor) -> dict[str, Any]:
    """The sites and the trainers that the actor may choose from."""
    own = sites_for(actor, "manage people")
    whole = [("", "Several sites")] if actor.everywhere("manage people") else []
    leads = Membership.filter(role__in=sorted(ABILITIES["see people"])).values("person_id")
    people = people_visible_to(actor).filter(erased_at__isnull=True, id__in=Subquery(leads))
    return {
        "sites": [*whole, *await own.order_by("name").values_list("id", "name")],
        "trainers": [("", "Nobody yet"), *await people.order_by("name").values_list("id", "name")],
    }


async def found_by(actor: Actor, name: str, *, beside: Collection[UUID]) -> list[dict[str, Any]]:
    """The people whom the actor manages whose name has these letters, but those who have a place."""
    people = people_for(actor, "manage people").filter(
        has_in_name(name), erased_at__isnull=True, id__not_in=list(beside)
    )
    return list(await people.order_by("name").limit(MOST_FOUND).values("id", "name")) if name else []
