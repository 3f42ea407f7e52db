"""What courses show of a person, as evidence records: courses completed, quizzes handed in, sessions attended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from courses.cohorts.evidence import attendance_evidence
from courses.learning.models import Activity, Completion, Enrolment, Progress, QuizAttempt
from training.core.dates import local_day


async def learning_evidence(person_id: UUID, zone: str) -> list[dict[str, Any]]:
    """The person's learning and quiz records in the shape of the pathway language, in order of day and id.

    `learning`: what = the name the course gives on completion, with its hours; and the name that a session counts as,
    with hours, days, mode, topics and the trainer. `quiz`: what = the module, with the score in percent.
    """
    learnt = [*await _learning(person_id, zone), *await attendance_evidence(person_id, zone)]
    records = [*learnt, *await _quizzes(person_id, zone)]
    return sorted(records, key=lambda record: (record["on"], record["id"]))


async def _learning(person_id: UUID, zone: str) -> list[dict[str, Any]]:
    # Whoever goes on with a newer version in which nothing is left to do has learnt it once, on the day of then.
    rows = (
        await Completion.filter(person_id=person_id, module="")
        .order_by("recorded")
        .values(
            "id",
            "happened",
            "recorded",
            "enrolment_id",
            learning="version__learning",
            minutes="version__minutes",
            number="version__number",
            course="version__course__slug",
        )
    )
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        begun = first.setdefault(row["course"], row)
        if row["happened"] != begun["happened"]:
            row["minutes"] *= await _share_done(row["enrolment_id"])
    return [
        {
            "id": f"course-{row['id']}",
            "type": "learning",
            "what": row["learning"],
            "course": row["course"],
            "version": row["number"],
            "hours": round(row["minutes"] / 60, 2),
            "result": "passed",
            **_days(row["happened"], row["recorded"], zone),
        }
        for row in {(row["course"], row["learning"], row["happened"]): row for row in rows}.values()
    ]


async def _share_done(enrolment_id: UUID) -> float:
    """Tells which share of a version, by its minutes, was done in an enrolment, and not taken along from an earlier."""
    enrolment = await Enrolment.get(id=enrolment_id)
    minutes = dict(await Activity.filter(module__version_id=enrolment.version_id).values_list("id", "minutes"))
    own = Progress.filter(enrolment_id=enrolment_id, done__gte=enrolment.started).values_list("activity_id", flat=True)
    lengths = {key: max(1, int(length)) for key, length in minutes.items()}  # some say of no part how long it is
    return sum(lengths[one] for one in await own if one in lengths) / (sum(lengths.values()) or 1)


async def _quizzes(person_id: UUID, zone: str) -> list[dict[str, Any]]:
    rows = await QuizAttempt.filter(enrolment__person_id=person_id, state="handed_in").values(
        "id",
        "number",
        "handed_in",
        "given",
        "maximum",
        "passed",
        module="activity__module__slug",
        version="enrolment__version__number",
        course="enrolment__course__slug",
    )
    return [
        {
            "id": f"quiz-{row['id']}",
            "type": "quiz",
            "what": row["module"],
            "course": row["course"],
            "version": row["version"],
            "attempt": row["number"],
            "score": round(100 * row["given"] / row["maximum"], 1),
            "result": "passed" if row["passed"] else "failed",
            **_days(row["handed_in"], row["handed_in"], zone),
        }
        for row in rows
    ]


def _days(happened: datetime, recorded: datetime, zone: str) -> dict[str, Any]:
    return {"on": local_day(happened, zone), "recorded_at": local_day(recorded, zone)}
