"""Results for the gradebooks of LMSs: which facts tell one, and for what was opened there."""

from datetime import datetime
from uuid import UUID

from training.lti.platform import scores
from training.people.merging.models import records_of
from training.trail.models import Fact, Followup

KINDS = (
    "quiz.handed_in", "lesson.reported", "module.completed", "course.completed", "assessment.signed",
    "certificate.awarded",
)  # fmt: skip
"""Facts that tell a result."""


async def report(work: Followup, *, now: datetime) -> None:
    """Queues a result for every place in an LMS that opens what was finished."""
    fact = await Fact.get(id=work.fact_id)
    if fact.person_id:
        later = await _paths_of_later_results(fact)
        for paths, value in _results(fact):
            if not later.intersection(paths):
                await scores.report(fact.person_id, paths, value, now=now)


async def report_earlier(work: Followup, *, now: datetime) -> None:
    """Queues what was earned before a place was opened: a new term, a copied activity, a second course."""
    fact = await Fact.get(id=work.fact_id)
    for link, held in await scores.unreported(fact.kind, UUID(fact.subject_id)):
        told = Fact.filter(person_id__in=await records_of(held.identity.person_id), kind__in=KINDS).order_by("-id")
        results = [value for one in await told for paths, value in _results(one) if link.target in paths]
        if results:
            await scores.report_at(link, held, results[0], now=now)


async def _paths_of_later_results(fact: Fact) -> set[str]:
    """Gives the paths of which a later fact tells the result: results may be worked on in any order."""
    later = await Fact.filter(person_id=fact.person_id, id__gt=fact.id, kind__in=KINDS)
    return {path for one in later for paths, _ in _results(one) for path in paths}


def _results(fact: Fact) -> list[tuple[list[str], scores.Value]]:
    detail = fact.detail
    if fact.kind == "quiz.handed_in":
        return [([detail["target"]], scores.Value(detail["best_given"], detail["maximum"]))]
    if fact.kind == "lesson.reported":  # one without a score is either done or says nothing yet
        if detail["best_given"] is not None:
            return [([detail["target"]], scores.Value(detail["best_given"], detail["maximum"]))]
        return [([detail["target"]], scores.Value(1, 1))] if detail["done"] else []
    if fact.kind == "module.completed":
        running = scores.Value(detail["given"], detail["maximum"], "InProgress", "Pending")
        return [([detail["target"]], scores.Value(1, 1)), ([detail["course_target"]], running)]
    if fact.kind == "course.completed":
        return [([detail["target"]], scores.Value(detail["given"], detail["maximum"]))]
    if fact.kind == "assessment.signed":  # an outcome that nobody can tell is no result
        given = {"met": 1, "not_met": 0}.get(detail["outcome"])
        return [] if given is None else [(["/assessments"], scores.Value(given, 1))]
    return [(["/pathways", "/certificates"], scores.Value(1, 1))]
