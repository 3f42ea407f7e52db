"""What a SCORM lesson does through the player: it is opened, and what it reports is kept for its own learner."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from courses.learning.actions import check_own, hold, places, set_done, tell
from courses.learning.journey import Position
from courses.learning.models import Progress, ScormAttempt
from courses.learning.scorm.rules import COMPLETED, MOST_SECONDS, LessonReport
from training.core.errors import Conflict, NotFound
from training.database.connection import transaction
from training.people.actor import Actor

REPORTED = (
    "completion", "success", "scaled_score", "raw_score", "lowest_score", "highest_score", "location", "suspend_data",
    "exit",
)  # fmt: skip
"""Columns that hold what a lesson has told, as `LessonReport` names it."""


def package_of(spot: Position) -> dict[str, Any]:
    """The package as its manifest has it, the same in each language; raises NotFound where it is no lesson."""
    if spot.part.kind != "scorm":
        raise NotFound("There is nothing to play here.", "Go back to the module.")
    return next(iter(spot.part.content.values()))


def scos_of(spot: Position) -> list[dict[str, Any]]:
    """The parts of the package in order; raises NotFound where it is no lesson."""
    scos: list[dict[str, Any]] = package_of(spot)["scos"]
    return scos


def sco_at(spot: Position, number: str) -> tuple[int, dict[str, Any]]:
    """The part of a package that an address names, with its place, counted from 1."""
    numbered = {str(at): (at, sco) for at, sco in enumerate(scos_of(spot), 1)}
    if number not in numbered:
        raise NotFound("This lesson has no such part.", "Go back to the lesson.")
    return numbered[number]


async def attempts_at(spot: Position) -> dict[int, ScormAttempt]:
    """What is kept of each part of the lesson that was opened."""
    rows = await ScormAttempt.filter(enrolment_id=spot.journey.enrolment.id, activity_id=spot.part.id)
    return {row.sco: row for row in rows}


def report_of(attempt: ScormAttempt) -> LessonReport:
    """What a lesson has told so far."""
    return LessonReport(**{name: getattr(attempt, name) for name in REPORTED}, session_seconds=attempt.session_seconds)


async def launch(spot: Position, sco: int, *, actor: Actor, now: datetime) -> ScormAttempt:
    """Opens a part of a lesson, counted from 1, in one window; another that is still open writes no more."""
    check_own(spot, actor)
    own: dict[str, Any] = {"enrolment_id": spot.journey.enrolment.id, "activity_id": spot.part.id}
    async with transaction():
        await hold(spot.journey.enrolment.id, now)
        await Progress.bulk_create([Progress(**own, opened=now)], ignore_conflicts=True)
        attempt = await ScormAttempt.get_or_none(**own, sco=sco)
        if attempt is None:
            attempt = await ScormAttempt.create(id=uuid4(), **own, sco=sco, launch=uuid4(), launched=now)
        else:
            attempt.total_seconds += attempt.session_seconds
            attempt.session_seconds, attempt.launch, attempt.launched = 0, uuid4(), now
            await attempt.save()
        if scos_of(spot)[sco - 1]["is_asset"] and not attempt.done:  # it says nothing of itself
            await _keep(spot, attempt, LessonReport(completion=COMPLETED), actor=actor, now=now)
    return attempt


async def save(
    spot: Position, sco: int, launched: UUID | None, report: LessonReport, *, actor: Actor, now: datetime
) -> ScormAttempt:  # fmt: skip
    """Keeps what a lesson reports, and completes what is complete by it; raises Conflict from an earlier window."""
    check_own(spot, actor)
    async with transaction():
        await hold(spot.journey.enrolment.id, now)
        attempt = (await attempts_at(spot)).get(sco)
        if attempt is None or attempt.launch != launched:
            raise Conflict(
                "This lesson was opened again since, perhaps in another window. Nothing more is saved from here.",
                "Close this one, and go on in the other.",
            )
        await _keep(spot, attempt, report, actor=actor, now=now)
    return attempt


async def _keep(spot: Position, attempt: ScormAttempt, report: LessonReport, *, actor: Actor, now: datetime) -> None:
    before = (attempt.best_percent, attempt.done)
    told = {name: value for name, value in asdict(report).items() if name in REPORTED}
    open_for = min(int((now - attempt.launched).total_seconds()), MOST_SECONDS)  # a lesson need not say how long
    attempt.update_from_dict(
        {**told, "saved": now, "session_seconds": min(report.session_seconds or open_for, open_for)}
    )
    attempt.best_percent = max(
        (one for one in (attempt.best_percent, report.percent) if one is not None), default=None
    )  # fmt: skip
    attempt.done = attempt.done or (now if report.done else None)
    await attempt.save()
    if (attempt.best_percent, attempt.done) == before:  # a lesson may go to and fro; what counts only grows
        return
    every = await attempts_at(spot)
    done = all(at in every and every[at].done for at in range(1, len(scos_of(spot)) + 1))
    detail = {
        **places(spot), "sco": attempt.sco, "completion": report.completion, "success": report.success,
        "percent": report.percent, "best_given": best_percent(every.values()), "maximum": 100,
        "done": done,
    }  # fmt: skip
    await tell(
        "lesson.reported", spot.journey.enrolment, spot.journey.outline, actor=actor, now=now, detail=detail
    )  # fmt: skip
    if done:
        await set_done(spot, actor=actor, now=now)


def best_percent(attempts: Iterable[ScormAttempt]) -> float | None:
    """The best scores of those parts of a lesson that give one, as one score; None where none does."""
    given = [one.best_percent for one in attempts if one.best_percent is not None]
    return round(sum(given) / len(given), 1) if given else None
