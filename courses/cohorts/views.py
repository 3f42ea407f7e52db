"""What the pages of cohorts show: people with how far they are, sessions with who came, and what can be chosen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from courses.cohorts.attendance import latest_notes
from courses.cohorts.models import Attendance, Cohort, Seat, TrainingSession, seats_in, sessions_led_by
from courses.cohorts.rules import ABSENT, MADE_UP, PART, hours_of
from courses.learning import words
from courses.learning.models import Completion, Enrolment, courses_visible_to
from courses.learning.outline import in_language
from courses.packages.models import Course, CourseVersion
from training.core.dates import day
from training.parsing import labels
from training.parsing.labels import MODES
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist, site_shortlist
from training.people.models import Membership, Person
from training.people.visibility import able_on, people_for, sites_for, visible_filter
from training.people.visibility import visible_to as people_visible_to
from training.sites.models import Programme
from training.web.shortlists import Shortlist

AT_ONCE = 500
"""People whom one statement names."""
COMES_TO = {ABSENT: "Not there", PART: "Part", MADE_UP: "Made up"}
"""What was noted of somebody → its word; whoever was present came."""


def dates_of(cohort: Cohort) -> str:
    """Returns from when to when a cohort runs."""
    return f"{day(cohort.starts)} to {day(cohort.ends)}" if cohort.ends else f"From {day(cohort.starts)}"


def days_of_session(session: TrainingSession) -> str:
    """Returns the day of a session, or its first and last one."""
    return f"{day(session.held_on)} to {day(session.last_day)}" if session.last_day else day(session.held_on)


def session_words(session: TrainingSession, trainer: str) -> list[tuple[str, str]]:
    """Returns what a session is, as (what, words), without what was not said of it."""
    length = words.minutes(session.minutes)
    if session.days is not None:
        length += f", counts for {words.many(1, 'day') if session.days == 1 else f'{session.days:g} days'}"
    rows = [
        ("Day" if session.last_day is None else "Days", days_of_session(session)),
        ("Length", length),
        ("Counts as", session.learning or "No evidence by itself"),
        ("How", MODES.get(session.mode, "")),
        ("Topics", ", ".join(session.topics.splitlines())),
        *((labels.label_of(name, "en"), str(value)) for name, value in (session.attributes or {}).items()),
        ("Trainer", trainer or session.trainer_name),
    ]
    return [(what, text) for what, text in rows if text]


async def people_of(cohort: Cohort, actor: Actor) -> list[dict[str, Any]]:
    """Returns the places of a cohort that the actor sees: how far their people are, and to how much they came."""
    rows = await seats_in(actor, cohort).order_by("person__name", "starts").values(
        "id", "person_id", "starts", "ends", name="person__name"
    )  # fmt: skip
    ids = [row["person_id"] for row in rows]
    within = set(await people_visible_to(actor).filter(id__in=ids).values_list("id", flat=True))
    states = await _states(cohort, ids)
    notes = await latest_notes(Attendance.filter(session__cohort_id=cohort.id, person_id__in=ids))
    came = [person for (_, person), note in notes.items() if note.minutes]
    return [
        {
            "id": row["person_id"],
            "place": str(row["id"]),
            "name": row["name"],
            "path": f"/courses/of/{row['person_id']}" if row["person_id"] in within else "",
            "state": states.get(row["person_id"], "Not begun"),
            "since": row["starts"],
            "until": row["ends"],
            "came": came.count(row["person_id"]),
        }
        for row in rows
    ]


async def _states(cohort: Cohort, people: list[UUID]) -> dict[UUID, str]:
    if cohort.course_id is None:
        return {}
    begun = Enrolment.filter(course_id=cohort.course_id, person_id__in=people)
    done = Completion.filter(module="", version__course_id=cohort.course_id, person_id__in=people)
    states = {row["person_id"]: "In progress" for row in await begun.values("person_id")}
    return states | {row["person_id"]: "Done" for row in await done.values("person_id")}


async def presences_of(session: TrainingSession, seats: Any) -> list[dict[str, Any]]:
    """Returns what is noted at a session of those of the places that held then, or hold since, by name."""
    then = Q(ends__isnull=True) | Q(ends__gte=session.held_on)
    rows = await seats.filter(then).order_by("person__name", "person_id").values("person_id", name="person__name")
    notes = await latest_notes(
        Attendance.filter(session_id=session.id).select_related("made_up_in__cohort", "made_up_in")
    )
    names = {row["person_id"]: row["name"] for row in rows}
    return [_presence(session, person, name, notes.get((session.id, person))) for person, name in names.items()]


def _presence(session: TrainingSession, person: UUID, name: str, note: Attendance | None) -> dict[str, Any]:
    return {
        "id": str(person),
        "name": name,
        "number": note.number if note else 0,
        "came": note.came if note else "",
        "hours": hours_of(note.minutes if note and note.minutes else session.minutes),
        "note": note.note if note and note.came != MADE_UP else "",
        **noted_words(note),
    }


def noted_words(note: Attendance | None) -> dict[str, str]:
    """Returns what was noted as a word, and more about it: for how long, why not, or with what it was made up."""
    if note is None:
        return {"word": "Not noted yet", "more": ""}
    more = note.note
    if note.came == MADE_UP:
        other = note.made_up_in
        more = f"With {f'{other.title}, {other.cohort.name}' if other else note.note}"
        more += f", {day(note.last_day)}" if note.last_day else ""
    elif note.came == PART:
        more = f"{words.minutes(note.minutes)}{f'. {note.note}' if note.note else ''}"
    return {"word": COMES_TO.get(note.came, "Came"), "more": more}


async def sessions_to_note(actor: Actor) -> list[TrainingSession]:
    """Returns the sessions that the actor leads, that are over, and of which nothing is noted; the latest first."""
    over = Q(last_day__lte=actor.today) | Q(last_day__isnull=True, held_on__lte=actor.today)
    found = sessions_led_by(actor).filter(over, attendance__id__isnull=True)
    placed = found.filter(cohort__places__ends__isnull=True, cohort__places__id__isnull=False)
    rows = await placed.order_by("-held_on", "id").distinct().prefetch_related("cohort")
    return list(rows)


async def sessions_of(cohort: Cohort, actor: Actor) -> list[dict[str, Any]]:
    """Returns the sessions of a cohort, with how many of the people whom the actor sees came."""
    mine = set(await seats_in(actor, cohort).values_list("person_id", flat=True))
    notes = await latest_notes(Attendance.filter(session__cohort_id=cohort.id))
    seen = [(session, note.minutes > 0) for (session, person), note in notes.items() if person in mine]
    return [
        {
            "title": row.title,
            "path": f"/courses/cohorts/{cohort.id}/sessions/{row.id}",
            "day": days_of_session(row),
            "minutes": words.minutes(row.minutes),
            "held": (row.last_day or row.held_on) <= actor.today,
            "noted": any(session == row.id for session, _ in seen),
            "came": sum(session == row.id and there for session, there in seen),
        }
        for row in await TrainingSession.filter(cohort_id=cohort.id).order_by("held_on", "title")
    ]


async def days_of(person_id: UUID, *, today: date) -> list[dict[str, Any]]:
    """Returns the training days of a person: those to come, and for the others whether the person came."""
    cohorts = await Seat.filter(person_id=person_id, ends__isnull=True).values_list("cohort_id", flat=True)
    noted = Attendance.filter(person_id=person_id).select_related("made_up_in__cohort", "made_up_in")
    notes = {session: note for (session, _), note in (await latest_notes(noted)).items()}
    here = Q(cohort_id__in=list(cohorts)) | Q(id__in=list(notes))
    rows = await TrainingSession.filter(here).order_by("held_on", "title").select_related("cohort")
    return [
        {"title": row.title, "cohort": row.cohort.name, "day": days_of_session(row), **_word(notes, row, today)}
        for row in rows
    ]


def _word(notes: Mapping[UUID, Attendance], session: TrainingSession, today: date) -> dict[str, str]:
    if session.id not in notes and (session.last_day or session.held_on) >= today:
        return {"word": "To come", "more": ""}
    return noted_words(notes.get(session.id))


async def with_people(rows: list[dict[str, Any]], _: Actor) -> list[dict[str, Any]]:
    """Adds to the cohorts of a page how many people have a place in each today."""
    held = Seat.filter(cohort_id__in=[row["id"] for row in rows], ends__isnull=True)
    counted = await held.annotate(number=Count("id")).group_by("cohort_id").values_list("cohort_id", "number")
    number = dict(counted)
    return [row | {"people": number.get(row["id"], 0)} for row in rows]


async def courses_in_words(actor: Actor) -> dict[str, str]:
    """Names the courses of the unit by slug, as their newest versions are called."""
    versions = CourseVersion.filter(course_id__in=Subquery(courses_visible_to(actor).values("id")))
    rows = await versions.order_by("published").values("title", slug="course__slug")
    return {row["slug"]: in_language(row["title"], actor.language) for row in rows}


async def choices(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the sites, the trainers and the programmes that the actor may choose from for a new cohort."""
    whole = [("", "Several sites")] if actor.everywhere("manage people") else []
    programmes = Programme.filter(unit_id=actor.unit_id)
    return {
        "sites": await site_shortlist(sites_for(actor, "manage people"), values, "site_id", first=whole),
        "trainers": await trainer_choices(actor, values),
        "programmes": [("", "None"), *await programmes.order_by("title").values_list("id", "title")],
    }


async def trainer_choices(actor: Actor, values: Mapping[str, Any], *, now_by: UUID | None = None) -> Shortlist:
    """Returns the trainers that the actor may choose from, and who leads it now, whoever that is."""
    leads = Membership.filter(able_on(actor.today, "train")).values("person_id")
    seen = visible_filter(actor, "") & Q(id__in=Subquery(leads))
    people = Person.filter(seen | Q(id=now_by) if now_by else seen)
    return await person_shortlist(people, values, "trainer_id", day=actor.today, first=[("", "Nobody yet")])


async def programme_of_course(actor: Actor, slug: str) -> str:
    """The programme that a course belongs to; "" where it says none."""
    found = await Course.filter(unit_id=actor.unit_id, slug=slug).values_list("programme_id", flat=True)
    return str(found[0] or "") if found else ""


async def without_place(actor: Actor, values: Mapping[str, Any], *, beside: Collection[UUID]) -> Shortlist:
    """Offers the people whom the actor manages, but those who have a place."""
    people = people_for(actor, "manage people").exclude(id__in=list(beside))
    return await person_shortlist(people, values, "person", day=actor.today, ask="Choose a person")


async def elsewhere(actor: Actor, people: Sequence[UUID]) -> set[UUID]:
    """Tells whom of these the actor does not manage."""
    mine: set[UUID] = set()
    for at in range(0, len(people), AT_ONCE):
        here = people_for(actor, "manage people").filter(id__in=list(people[at : at + AT_ONCE]))
        mine |= {row["id"] for row in await here.values("id")}
    return {*people} - mine
