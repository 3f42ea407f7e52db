"""The home page: one next step, then the ways on; the one page that looks into every room."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions.outcomes import of_decision
from certificates.evaluations import pathway_versions
from certificates.evaluations.models import (
    Decision,
    Evaluation,
    current,
)
from certificates.evaluations.outcome_text import OUTCOMES
from certificates.register.site_pages import counts_of
from courses.learning.journey import journey_of
from courses.learning.models import Enrolment
from courses.learning.outline import in_language
from training.app.own_tasks.lists import keep_count
from training.app.tasks import Task, tasks_of
from training.app.unit import first_steps_pages
from training.core import clock
from training.core.dates import day
from training.lti.registration import traffic_pages
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.navigation import cards
from training.web.render import actor, redirect, render
from training.web.resources import PageResources

Step = dict[str, str]

RENEWS = {
    "in_grace": ("Renew now: your time has run out", "See what is left"),
    "renewal_due": ("Time to renew", "See what is left"),
    "certified": ("You are certified", "See your pathway"),
}
"""Standing of an award one holds → title and button of the step it asks for."""


async def home(request: Request) -> Response:
    """Shows the next step and the ways on; strangers are asked to sign in."""
    if request.scope["actor"] is None:
        return redirect(request, "/people/choose" if PageResources.of(request).settings.demo else "/sign-in")
    me: Actor = actor(request)
    heading = f"Hello {me.name.split(' ')[0]}"
    counts = await counts_of(me, clock.now()) if me.sites("see people") else []
    if me.may("connect systems"):
        counts = [*counts, *await traffic_pages.counts_for(me, now=clock.now())]
    tasks = await tasks_of(me, now=clock.now())
    await keep_count(me, len(tasks))
    step, tasks = await _next(me, tasks)
    return render(
        request, "app/home.html", heading=heading, next_step=step, cards=cards(me), counts=counts, tasks=tasks,
        first_steps=await first_steps_pages.open_steps(me, PageResources.of(request).settings),
    )  # fmt: skip


async def _next(me: Actor, tasks: list[Task]) -> tuple[Step | None, list[Task]]:
    """The first step there is, and the tasks after it: what others wait for comes before one's own."""
    if step := await _tell_name(me):
        return step, tasks
    if tasks:
        first, *others = tasks
        return _step(first.title, first.text, first.path, first.button), others
    for look in (_hear, _learn, _wait, _renew, _go_on):
        if step := await look(me):
            return step, tasks
    return None, tasks


async def _tell_name(me: Actor) -> Step | None:
    if me.named:
        return None
    return _step("What is your name?", "Your name will stand on your certificate.", "/name", "Tell us your name")


async def _hear(me: Actor) -> Step | None:
    """What was decided against somebody, as long as they may object."""
    if not me.may("learn"):
        return None
    refused = await Decision.filter(
        person_id=me.person_id, appeal_until__gte=me.today, outcome__in=["deferred", "declined"]
    ).prefetch_related("pathway", "appeal").order_by("-recorded").first()  # fmt: skip
    taken = current().filter(person_id=me.person_id, standing__in=["suspended", "withdrawn"])
    if held := await taken.prefetch_related("pathway").first():
        words = OUTCOMES[held.standing]
        return _step(words.subject, words.means, _pathway(held), "Read why, and what you can do")
    if refused is None or await current().filter(person_id=me.person_id, awaiting=True).exists():
        return None
    if await Decision.filter(person_id=me.person_id, level=refused.level, recorded__gt=refused.recorded).exists():
        return None
    words = (await of_decision(refused)).words
    return _step(words.subject, words.means, _pathway(refused), "Read why, and what you can do")


async def _learn(me: Actor) -> Step | None:
    enrolment = await Enrolment.filter(person_id=me.person_id).order_by("-seen").prefetch_related("course").first()
    if enrolment is None:
        return None
    journey = await journey_of(enrolment)
    if journey.next is None:
        return None
    chapters = journey.outline.chapters
    done = len([one for one in chapters if one.slug in journey.completed])
    title = in_language(journey.outline.title, me.language)
    words = f"{done} of {many(len(chapters), 'module')} done. You come back to where you left."
    return _step(title, words, f"/courses/{journey.outline.slug}/continue", "Continue")


async def _wait(me: Actor) -> Step | None:
    row = await current().filter(person_id=me.person_id, awaiting=True).prefetch_related("pathway").first()
    if row is None:
        return None
    level = pathway_versions.read(row.pathway).levels[row.level].title or row.level
    text = f"{level}: all is met, and now somebody has to decide. You need do nothing."
    return _step("Wait for a decision", text, _pathway(row), "See your pathway")


async def _renew(me: Actor) -> Step | None:
    """The award that ends first: whoever may renew it is told so, anybody else that all is well."""
    rows = await current().filter(person_id=me.person_id, standing__in=list(RENEWS)).prefetch_related("pathway")
    held = sorted((until, str(row.id), row) for row in rows if (until := _until(row)))
    if not held:
        return None
    until, _, row = held[0]
    level = pathway_versions.read(row.pathway).levels[row.level].title or row.level
    title, button = RENEWS[row.standing]
    return _step(title, f"{level}: certified until {day(until)}.", _pathway(row), button)


def _pathway(row: Evaluation | Decision) -> str:
    """The page of the programme in which somebody stands so."""
    return f"/pathways?{urlencode({'programme': row.pathway.slug})}"


def _until(row: Evaluation) -> date | None:
    until = row.verdict["standing"]["valid_until"]
    return date.fromisoformat(until) if until else None


async def _go_on(me: Actor) -> Step | None:
    if not me.may("learn"):
        return None
    begun = current().filter(person_id=me.person_id, standing="in_training").order_by("made")
    row = await begun.prefetch_related("pathway").first()
    if row is None:
        return None
    return _step("Go on with your pathway", "See what is done and what is left.", _pathway(row), "See what is left")


def _step(title: str, text: str, path: str, button: str) -> dict[str, Any]:
    return {"title": title, "text": text, "path": path, "button": button}
