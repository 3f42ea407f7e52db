"""The home page: one next step, then the ways on; the one page that looks into every room."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates import pathway_versions
from certificates.credential_models import Damage
from certificates.grounds import Consideration, considerations_visible_to, current
from certificates.workforce import counts_of
from courses.journeys import journey_of
from courses.models import Enrolment
from courses.outline import in_language
from training import clock
from training.assessments.models import Rater
from training.dates import day
from training.people.actor import Actor
from training.people.ways import cards
from training.practice.overview import asked_of
from training.web.pages import actor, go, page

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
        return go(request, "/people/choose" if request.app.state.settings.demo else "/sign-in")
    me: Actor = actor(request)
    heading = f"Hello {me.name.split(' ')[0]}"
    counts = await counts_of(me, clock.now()) if me.sites("see people") else []
    return page(request, "people/home.html", heading=heading, next_step=await _next(me), cards=cards(me), counts=counts)


async def _next(me: Actor) -> Step | None:
    """The first step there is: what others wait for comes before one's own."""
    for look in (_mend, _decide, _assess, _confirm, _learn, _renew, _go_on):
        if step := await look(me):
            return step
    return None


async def _mend(me: Actor) -> Step | None:
    if not me.everywhere("read register"):
        return None
    found = Damage.filter(certificate__person__unit_id=me.unit_id).order_by("found")
    first = await found.first().values("certificate__certification_id")
    if first is None:
        return None
    count = await found.count()
    words = "1 certificate does" if count == 1 else f"{count} certificates do"
    path = f"/register/{first['certificate__certification_id']}"
    return _step("A record is damaged", f"{words} not say any more what was signed.", path, "Look at it")


async def _decide(me: Actor) -> Step | None:
    if not me.may("decide"):
        return None
    waiting = await considerations_visible_to(me).filter(awaiting=True).count()
    if not waiting:
        return None
    words = "person waits" if waiting == 1 else "people wait"
    return _step("Decide", f"{waiting} {words} for a decision.", "/certificates/decisions", "Look at them")


async def _assess(me: Actor) -> Step | None:
    if not me.may("assess"):
        return None
    todo = await Rater.filter(person_id=me.person_id, state="rating").exclude(assessment__state="signed").first()
    if not todo:
        return None
    path = f"/assessments/{todo.assessment_id}"
    return _step("Finish your rating", "You have begun to rate a group.", path, "Continue")


async def _confirm(me: Actor) -> Step | None:
    asked = await asked_of(me, now=clock.now())
    if not asked:
        return None
    words = f"{asked[0]['person']} asks you to confirm something."
    return _step("Somebody waits for you", words, "/practice/confirmations", "Look at it")


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
    words = f"{done} of {len(chapters)} modules done. You come back to where you left."
    return _step(title, words, f"/courses/{journey.outline.slug}/continue", "Continue")


async def _renew(me: Actor) -> Step | None:
    """The award that ends first: whoever may renew it is told so, anybody else that all is well."""
    rows = await current().filter(person_id=me.person_id, standing__in=list(RENEWS)).prefetch_related("pathway")
    held = sorted((until, str(row.id), row) for row in rows if (until := _until(row)))
    if not held:
        return None
    until, _, row = held[0]
    level = pathway_versions.read(row.pathway).levels[row.level].title or row.level
    title, button = RENEWS[row.standing]
    return _step(title, f"{level}: certified until {day(until)}.", "/pathways", button)


def _until(row: Consideration) -> date | None:
    until = row.verdict["standing"]["valid_until"]
    return date.fromisoformat(until) if until else None


async def _go_on(me: Actor) -> Step | None:
    if not me.may("learn"):
        return None
    row = await current().filter(person_id=me.person_id, standing="in_training").first()
    if row is None:
        return None
    return _step("Go on with your pathway", "See what is done and what is left.", "/pathways", "See what is left")


def _step(title: str, text: str, path: str, button: str) -> dict[str, Any]:
    return {"title": title, "text": text, "path": path, "button": button}
