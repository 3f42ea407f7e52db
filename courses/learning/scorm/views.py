"""Prepares a lesson for its first page: its parts, how far each is, and the score."""

from typing import Any

from courses.learning import words
from courses.learning.journey import Position
from courses.learning.models import ScormAttempt
from courses.learning.scorm import actions
from courses.learning.scorm.rules import FAILED, LessonReport


def lesson_values(spot: Position, kept: dict[int, ScormAttempt], language: str) -> dict[str, Any]:
    """What the first page of a lesson shows: its parts with how far each is, the score, and where to go on."""
    scos = actions.scos_of(spot)
    best = actions.best_percent(kept.values())
    parts = [_part(spot, at, sco, kept.get(at), language) for at, sco in enumerate(scos, 1)]
    unfinished = next((one for one in parts if one["state"] != "Done"), parts[0])
    return {
        "scos": parts,
        "play": unfinished,
        "begun": bool(kept),
        "score": words.percent(best, language) if best is not None else "",
        "time": words.seconds(sum(one.total_seconds + one.session_seconds for one in kept.values()), language),
        "saved": max((one.saved for one in kept.values() if one.saved), default=None),
    }


def _part(spot: Position, at: int, sco: dict[str, Any], kept: ScormAttempt | None, language: str) -> dict[str, Any]:
    report = actions.report_of(kept) if kept else LessonReport()
    failed = kept is not None and not kept.done and report.success == FAILED
    state = "Done" if kept and kept.done else "Not passed" if failed else "In progress" if kept else "Not started"
    percent = kept.best_percent if kept else None
    return {
        "title": sco["title"], "path": f"{spot.path}/play/{at}", "state": state,
        "score": words.percent(percent, language) if percent is not None else "",
    }  # fmt: skip
