"""What the people of a cohort handed in for its course, who has read it, and the words that come back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from courses.cohorts.models import Cohort, seats_noted_by
from courses.learning.models import TaskEntry, TaskReply
from courses.learning.outline import in_language
from training.core.errors import Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.trail import facts

MOST_LETTERS = 5_000


def entries_visible_to(actor: Actor, cohort: Cohort) -> QuerySet[TaskEntry]:
    """Lists what was handed in by those of a cohort's people of whom the actor notes who came, the latest first."""
    people = seats_noted_by(actor, cohort).filter(ends__isnull=True).values("person_id")
    theirs = TaskEntry.filter(enrolment__course_id=cohort.course_id, enrolment__person_id__in=Subquery(people))
    return theirs.order_by("-handed_in", "id")


async def unread_entries(cohort: Cohort, actor: Actor) -> list[dict[str, Any]]:
    """Returns what nobody who trains has read yet, as lists show it."""
    return [row for row in await entry_rows(cohort, actor) if row["state"] == "Not read yet"]


async def cohorts_to_read(actor: Actor) -> list[tuple[Cohort, int]]:
    """Returns the cohorts that the actor leads in which something waits to be read, with how much."""
    if not actor.may("train"):
        return []
    led = await Cohort.filter(trainer_id=actor.person_id, unit_id=actor.unit_id).order_by("-starts", "name")
    counted = [(cohort, len(await unread_entries(cohort, actor))) for cohort in led]
    return [(cohort, count) for cohort, count in counted if count]


async def entry_rows(cohort: Cohort, actor: Actor) -> list[dict[str, Any]]:
    """Returns all that was handed in, with whether it was read or answered, as lists show it."""
    if cohort.course_id is None:
        return []
    rows = await entries_visible_to(actor, cohort).values(
        "id", "handed_in", "file_name", "note", name="enrolment__person__name", module="activity__module__title",
    )  # fmt: skip
    read = await TaskReply.filter(entry_id__in=[row["id"] for row in rows]).values("entry_id", "words")
    states = {one["entry_id"]: "Read" for one in read} | {one["entry_id"]: "Answered" for one in read if one["words"]}
    return [
        row
        | {
            "state": states.get(row["id"], "Not read yet"),
            "module": in_language(row["module"], actor.language),
            "path": f"/courses/cohorts/{cohort.id}/tasks/{row['id']}",
        }
        for row in rows
    ]


async def entry_of(cohort: Cohort, entry_id: UUID, actor: Actor) -> TaskEntry:
    """Returns something that was handed in, with whose it is; NotFound when the actor does not read it."""
    found = await entries_visible_to(actor, cohort).get_or_none(id=entry_id).select_related(
        "enrolment__person", "enrolment__course", "activity__module"
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such task.", "Look at the cohort again.")
    return found


async def reply(entry: TaskEntry, words: str, *, actor: Actor, now: datetime) -> TaskReply:
    """Keeps that the actor has read what was handed in, with what they write back; without words it is read only."""
    if len(words) > MOST_LETTERS:
        raise Invalid("There is a problem", problems={"words": f"Shorten this to {MOST_LETTERS:,} letters or fewer"})
    person, course = entry.enrolment.person_id, entry.enrolment.course
    await refuse_own(person, actor.person_id, "This is your own work.", "Somebody else who trains reads it.")
    async with transaction():
        row = await TaskReply.create(
            id=uuid4(), entry_id=entry.id, person_id=actor.person_id, words=words.strip(), recorded=now
        )
        detail = {"course": course.slug, "entry": str(entry.id), "words": bool(row.words)}
        await facts.record(
            "task.answered", row, actor=actor.person_id, person=person, unit=actor.unit_id, now=now, detail=detail
        )
    return row


async def replies_to(entries: Collection[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Returns for each of these entries who has read it and what they wrote, in order."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    rows = TaskReply.filter(entry_id__in=list(entries)).order_by("recorded")
    for row in await rows.values("entry_id", "words", "recorded", name="person__name"):
        found.setdefault(row["entry_id"], []).append(row)
    return found
