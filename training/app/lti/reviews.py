"""What teachers see of a learner's work on a submission review: tries at a quiz, tasks handed in, lessons."""

from typing import Any
from uuid import UUID

from courses.learning import words
from courses.learning.models import Completion, QuizAttempt, ScormAttempt, TaskEntry
from training.lti.resources import Attempt


async def attempts(person_id: UUID, path: str, place: str) -> list[Attempt]:
    """Lists a person's tries at what a path opens, newest first: those begun in that course of an LMS, or all."""
    parts = path.partition("?")[0].strip("/").split("/")
    if len(parts) < 2 or parts[0] != "courses":
        return []
    names = ("activity__module__version__course__slug", "activity__module__slug", "activity__slug")
    where = dict(zip(names, parts[1:], strict=False))
    own: dict[str, Any] = {"enrolment__person_id": person_id} | ({"enrolment__came_by": place} if place else {})
    where = {**own, **where}
    found = [*await _quizzes(where), *await _tasks(where), *await _lessons(where)]
    if len(parts) < 4:
        found += await _completions(own, parts)
    return sorted(found, key=lambda one: one.when, reverse=True)


async def _quizzes(where: dict[str, Any]) -> list[Attempt]:
    rows = QuizAttempt.filter(state="handed_in", **where)
    return [
        Attempt(
            row.activity.title.get("en", "Quiz"),
            row.handed_in or row.opened,
            f"{row.given} of {row.maximum}, {'passed' if row.passed else 'not passed'} (try {row.number})",
        )
        for row in await rows.select_related("activity")
    ]


async def _tasks(where: dict[str, Any]) -> list[Attempt]:
    rows = await TaskEntry.filter(**where).select_related("activity")
    return [Attempt(row.activity.title.get("en", "Task"), row.handed_in, "handed in", (row.note,)) for row in rows]


async def _lessons(where: dict[str, Any]) -> list[Attempt]:
    rows = await ScormAttempt.filter(saved__isnull=False, **where).select_related("activity")
    found = []
    for row in rows:
        score = "" if row.best_percent is None else f"{words.percent(row.best_percent)}, "
        outcome = f"{score}{'done' if row.done else 'in progress'}"
        found.append(Attempt(row.activity.title.get("en", "Lesson"), row.saved or row.launched, outcome))
    return found


async def _completions(own: dict[str, Any], parts: list[str]) -> list[Attempt]:
    rows = Completion.filter(version__course__slug=parts[1], **own)
    rows = rows.filter(module=parts[2]) if len(parts) > 2 else rows
    return [
        Attempt(f"Module {row.module}" if row.module else "The whole course", row.happened, "completed")
        for row in await rows
    ]
