"""Pages for those who look after learners: who is on a course and how far, and the courses of one person."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery

from courses.cohorts.task_replies import replies_to
from courses.cohorts.views import days_of
from courses.learning import attempts, rules, views, words
from courses.learning.journey import current_version, journey_of
from courses.learning.models import Completion, Enrolment, Progress, QuizAttempt, ScormAttempt, TaskEntry, visible_to
from courses.learning.outline import Outline, in_language, outline_of
from training.core import clock
from training.core.errors import NotFound
from training.core.handed_files import HEIC_WORDS, is_heic
from training.people.actor import Actor
from training.people.visibility import visible_to as people_visible_to
from training.web.render import actor, identity, redirect, render

PAGE_SIZE = 50
STATES = (("", "Everybody"), ("doing", "In progress"), ("done", "Done"))


async def learners(request: Request) -> Response:
    """Lists who is on a course, how far they are and who has used all tries at a quiz."""
    me: Actor = actor(request)
    slug, asked = request.path_params["slug"], request.query_params
    outline = await outline_of((await current_version(me, slug)).id)
    state, after = asked.get("state", ""), asked.get("after", "")
    found = visible_to(me).filter(course_id=outline.course_id)
    completed = Subquery(Completion.filter(module="", version__course_id=outline.course_id).values("enrolment_id"))
    if state in ("doing", "done"):
        found = found.filter(id__in=completed) if state == "done" else found.filter(id__not_in=completed)
    total = await found.count()
    if after:
        found = found.filter(_beyond(after))
    rows = await found.order_by("person__name", "id").limit(PAGE_SIZE + 1).values(
        "id", "person_id", "version_id", "started", "seen", name="person__name", number="version__number"
    )  # fmt: skip
    shown = await _rows(rows[:PAGE_SIZE])
    return render(
        request,
        "learning/learners.html",
        course=views.course_words(outline, me.language),
        total=words.many(total, "person", "people"),
        rows=shown,
        state=state,
        states=STATES,
        next_path=_onward(slug, state, rows),
        back=(in_language(outline.title, me.language), f"/courses/{slug}"),
    )


def _onward(slug: str, state: str, rows: Sequence[dict[str, Any]]) -> str:
    if len(rows) <= PAGE_SIZE:
        return ""
    last = rows[PAGE_SIZE - 1]
    asked = {"state": state, "after": f"{last['id']} {last['name']}"}
    return f"/courses/{slug}/learners?{urlencode(asked)}"


def _beyond(after: str) -> Q:
    # By name and then id: people of one name may stand on both sides of the end of a page.
    last, _, name = after.partition(" ")
    try:
        return Q(person__name__gt=name) | Q(person__name=name, id__gt=UUID(last))
    except ValueError as error:
        raise NotFound("There is no such page.", "Go back to the first page of the list.") from error


async def _rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [row["id"] for row in rows]
    done = await Completion.filter(enrolment_id__in=ids).values("enrolment_id", "module", "happened")
    stuck = await _stuck(ids)
    return [
        {
            "name": row["name"],
            "path": f"/courses/of/{row['person_id']}",
            "modules": await _modules_words(row, done),
            "state": "Done" if any(one["enrolment_id"] == row["id"] and not one["module"] for one in done)
            else "In progress",
            "started": row["started"],
            "seen": row["seen"],
            "version": row["number"],
            "stuck": stuck.get(row["id"], []),
        }
        for row in rows
    ]  # fmt: skip


async def _modules_words(row: dict[str, Any], done: Sequence[dict[str, Any]]) -> str:
    outline = await outline_of(row["version_id"])
    count = sum(one["enrolment_id"] == row["id"] and one["module"] != "" for one in done)
    return f"{count} of {len(outline.chapters)}"


async def _stuck(enrolment_ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Finds, by enrolment, the quizzes at which all tries are used up and none passed."""
    tried = await QuizAttempt.filter(enrolment_id__in=enrolment_ids, state="handed_in").values(
        "enrolment_id", "activity_id", "passed", version_id="enrolment__version_id"
    )
    more = await Progress.filter(enrolment_id__in=enrolment_ids, more_tries__gt=0).values(
        "enrolment_id", "activity_id", "more_tries"
    )
    extra = {(row["enrolment_id"], row["activity_id"]): row["more_tries"] for row in more}
    found: dict[UUID, list[dict[str, Any]]] = {}
    for key in {(row["enrolment_id"], row["activity_id"], row["version_id"]) for row in tried}:
        enrolment_id, activity_id, version_id = key
        own = [row["passed"] for row in tried if (row["enrolment_id"], row["activity_id"]) == key[:2]]
        quiz = _quiz(await outline_of(version_id), activity_id)
        left = rules.tries_left(quiz["tries"], more=extra.get(key[:2], 0), handed_in=len(own))
        if left == 0 and not any(own):
            path = f"/courses/learners/{enrolment_id}/{activity_id}"
            found.setdefault(enrolment_id, []).append({"title": quiz["title"], "path": path})
    return found


def _quiz(outline: Outline, activity_id: UUID) -> dict[str, Any]:
    for chapter in outline.chapters:
        for part in chapter.parts:
            if part.id == activity_id:
                return {"tries": part.tries, "title": in_language(chapter.title, outline.languages[0])}
    raise NotFound("There is no such quiz.", "Choose one from the list of the course.")


async def allow_try(request: Request) -> Response:
    """Lets a learner try a quiz once more."""
    enrolment = await attempts.allow_try(
        identity(request, "enrolment"), identity(request, "activity"), actor=actor(request), now=clock.now()
    )
    outline = await outline_of(enrolment.version_id)
    return redirect(request, f"/courses/{outline.slug}/learners", notice="One more try is allowed.")


async def courses_of(request: Request) -> Response:
    """Shows the courses of one person: how far, when, with which scores."""
    me: Actor = actor(request)
    person = await people_visible_to(me).get_or_none(id=identity(request, "person"))
    if person is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    enrolments = await visible_to(me).filter(person_id=person.id).order_by("-started")
    return render(
        request,
        "learning/courses_of.html",
        name=person.name,
        courses=[await _course_of(enrolment, me.language) for enrolment in enrolments],
        days=await days_of(person.id, today=me.today),
        heic_words=HEIC_WORDS,
        back=(person.name, f"/people/{person.id}"),
    )


async def _course_of(enrolment: Enrolment, language: str) -> dict[str, Any]:
    journey = await journey_of(enrolment)
    scores = await QuizAttempt.filter(enrolment_id=enrolment.id, state="handed_in").values(
        "given", "maximum", module="activity__module__slug"
    )
    lessons = await ScormAttempt.filter(enrolment_id=enrolment.id, best_percent__isnull=False).values(
        "best_percent", module="activity__module__slug"
    )
    shown, chapters = views.modules(journey.outline, journey.reached, language), journey.outline.chapters
    return {
        **views.course_words(journey.outline, language),
        **views.how_far(journey, "en"),
        "version": journey.outline.number,
        "started": enrolment.started,
        "entries": await _entries(enrolment, {one.slug: in_language(one.title, language) for one in chapters}),
        "modules": [
            {
                "title": one["title"],
                "state": one["state"],
                "completed": journey.completed.get(chapter.slug),
                "score": _best(
                    [row for row in scores if row["module"] == chapter.slug],
                    [row["best_percent"] for row in lessons if row["module"] == chapter.slug],
                ),
            }
            for one, chapter in zip(shown, chapters, strict=True)
        ],
    }


async def _entries(enrolment: Enrolment, titles: dict[str, str]) -> list[dict[str, Any]]:
    """What was handed in for the tasks of a course, latest first, for those who look after the person to read."""
    rows = await TaskEntry.filter(enrolment_id=enrolment.id).order_by("-handed_in").values(
        "id", "note", "file_name", "handed_in", module="activity__module__slug"
    )  # fmt: skip
    replies = await replies_to([row["id"] for row in rows])
    return [
        row
        | {
            "title": titles.get(row["module"], ""),
            "heic": is_heic(row["file_name"]),
            "replies": replies.get(row["id"], []),
        }
        for row in rows
    ]


def _best(rows: list[dict[str, Any]], lessons: list[float]) -> str:
    told = [f"lesson: {words.percent(one)}" for one in lessons]
    if rows:
        best = max(rows, key=lambda row: row["given"] / row["maximum"])
        told.insert(0, f"{best['given']} of {best['maximum']}, {words.many(len(rows), 'try', 'tries')}")
    return "; ".join(told)
