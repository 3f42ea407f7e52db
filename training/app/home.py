"""The home page: one next step, then the ways on; the one page that looks into every room."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions.outcomes import of_decision
from certificates.evaluations.models import Decision, Evaluation, current
from certificates.evaluations.outcome_text import OUTCOMES, OutcomeText
from certificates.register.site_pages import counts_of
from courses.learning.journey import journey_of
from courses.learning.models import Enrolment
from courses.learning.outline import in_language
from courses.learning.views import far_words
from training.app.own_tasks.assessing import CERTIFICATE, awards_of, level_of, pathway_path
from training.app.own_tasks.lists import keep_count
from training.app.own_tasks.task import Task
from training.app.tasks import tasks_of
from training.app.unit import first_steps_pages
from training.assessments.pages import ComingVisit, visits_to_come
from training.core import clock
from training.core.dates import day, hours, monday_of
from training.core.languages import spoken, translations
from training.lti.registration import traffic_pages
from training.people.actor import Actor
from training.people.navigation import cards
from training.web.languages import chosen_language
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
    me: Actor = replace(actor(request), language=chosen_language(request))
    now = clock.now()
    heading = _say(me, "Hello %(name)s", name=me.name.split(" ")[0])
    counts = await counts_of(me, now) if me.sites("see people") else []
    if me.may("connect systems"):
        counts = [*counts, *await traffic_pages.counts_for(me, now=now)]
    tasks = await tasks_of(me, now=now)
    await keep_count(me, len(tasks))
    visits = await visits_to_come(me, now)
    waits = any(one.turn for one in tasks)
    step, tasks = await _next(me, tasks, visits)
    week = [one for one in visits if one.day < monday_of(me.today) + timedelta(days=7)]
    return render(
        request, "app/home.html", heading=heading, next_step=step, sections=cards(me), counts=counts,
        tasks=[one for one in tasks if not one.turn], assessing=[one for one in tasks if one.turn],
        rates=me.may("assess"), waits=waits, visits=week, later=visits[len(week):],
        first_steps=await first_steps_pages.open_steps(me, PageResources.of(request).settings),
    )  # fmt: skip


async def _next(me: Actor, tasks: list[Task], visits: list[ComingVisit]) -> tuple[Step | None, list[Task]]:
    """The first step there is, and the tasks after it: what others wait for comes before one's own.

    A visit today comes first, then the tasks of an assessor in their order.
    """
    if step := await _tell_name(me):
        return step, tasks
    tasks = sorted(tasks, key=lambda task: task.turn or CERTIFICATE + 1)
    if visits and visits[0].day == me.today:
        return _visit_today(visits[0], me), tasks
    if tasks:
        first, *others = tasks
        return _step(first.title, first.text, first.path, first.button, first.language), others
    for look in (_hear, _learn, _wait, _renew, _go_on):
        if step := await look(me):
            return step, tasks
    return None, tasks


def _visit_today(visit: ComingVisit, me: Actor) -> Step:
    text = f"{hours(visit.starts, visit.ends, me.zone, spoken(me.language))}. {visit.place}."
    if visit.watched:
        title = _say(me, "Your group is watched today")
        return _step(title, text, f"{visit.path}/visit", _say(me, "Look at the visit"))
    return _step(_say(me, "Visit %(name)s today", name=visit.other), text, f"{visit.path}/rate", _say(me, "Rate"))


async def _tell_name(me: Actor) -> Step | None:
    if me.named:
        return None
    text = _say(me, "Your name will stand on your certificate.")
    return _step(_say(me, "What is your name?"), text, "/name", _say(me, "Tell us your name"))


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
        return _told(me, words, held)
    if refused is None or await current().filter(person_id=me.person_id, awaiting=True).exists():
        return None
    if await Decision.filter(person_id=me.person_id, level=refused.level, recorded__gt=refused.recorded).exists():
        return None
    return _told(me, (await of_decision(refused)).words, refused)


def _told(me: Actor, words: OutcomeText, row: Evaluation | Decision) -> Step:
    button = _say(me, "Read why, and what you can do")
    return _step(_say(me, words.subject), _say(me, words.means), pathway_path(row), button)


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
    far = far_words(done, len(chapters), spoken(me.language))
    words = _say(me, "%(far)s. You come back to where you left.", far=far)
    return _step(title, words, f"/courses/{journey.outline.slug}/continue", _say(me, "Continue"))


async def _wait(me: Actor) -> Step | None:
    row = await current().filter(person_id=me.person_id, awaiting=True).prefetch_related("pathway").first()
    if row is None:
        return None
    waits = "%(level)s: all is met, and now somebody has to decide. You need do nothing."
    text = _say(me, waits, level=level_of(row))
    return _step(_say(me, "Wait for a decision"), text, pathway_path(row), _say(me, "See your pathway"))


async def _renew(me: Actor) -> Step | None:
    """The award that ends first: whoever may renew it is told so, anybody else that all is well."""
    held = await awards_of(me)
    if not held:
        return None
    until, row = held[0]
    title, button = RENEWS[row.standing]
    until_day = day(until, spoken(me.language))
    text = _say(me, "%(level)s: certified until %(day)s.", level=level_of(row), day=until_day)
    return _step(_say(me, title), text, pathway_path(row), _say(me, button))


async def _go_on(me: Actor) -> Step | None:
    if not me.may("learn"):
        return None
    begun = current().filter(person_id=me.person_id, standing="in_training").order_by("made")
    row = await begun.prefetch_related("pathway").first()
    if row is None:
        return None
    text = _say(me, "See what is done and what is left.")
    return _step(_say(me, "Go on with your pathway"), text, pathway_path(row), _say(me, "See what is left"))


def _say(me: Actor, english: str, **named: str) -> str:
    return translations(spoken(me.language)).gettext(english) % named


def _step(title: str, text: str, path: str, button: str, language: str = "") -> dict[str, Any]:
    return {"title": title, "text": text, "path": path, "button": button, "language": language}
