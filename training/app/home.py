"""The home page: one next step, then the ways on; the one page that looks into every room."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.models import Damage
from certificates.decisions.deciders import nobody_decides, number_of_cases
from certificates.decisions.outcomes import of_decision
from certificates.evaluations import pathway_versions
from certificates.evaluations.models import (
    Decision,
    Evaluation,
    current,
    objections_visible_to,
)
from certificates.evaluations.outcome_text import OUTCOMES
from certificates.register.site_pages import counts_of
from courses.cohorts.task_replies import cohorts_to_read
from courses.learning.journey import journey_of
from courses.learning.models import Enrolment
from courses.learning.outline import in_language
from training.assessments.models import Rater
from training.core import clock
from training.core.dates import day
from training.lti.models import Identity
from training.lti.registration import traffic_pages
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.contact.emails import letters_visible_to, open_
from training.people.names import NEUTRAL, has_name
from training.people.navigation import cards
from training.people.visibility import reach
from training.practice.overview import asked_of
from training.programmes.models import applications_for
from training.web.render import actor, redirect, render
from training.web.resources import PageResources

Step = dict[str, str]

SHOWN = 5
"""Tasks of one kind on the home page; the others are one click away."""
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
    tasks = await _tasks(me)
    step = await _next(me)
    return render(
        request, "people/home.html", heading=heading, next_step=step, cards=cards(me), counts=counts, tasks=tasks
    )


async def _tasks(me: Actor) -> list[dict[str, str]]:
    """Lists what waits for somebody who manages people: letters that did not arrive, names that nobody has told."""
    if not me.may("manage people"):
        return []
    letters = letters_visible_to(me).filter(open_(clock.now()))
    tasks = [
        {"title": row["subject"], "text": f"Could not be delivered to {row['addressee'] or row['name']}.",
         "path": f"/letters/{row['id']}"}
        for row in await letters.order_by("made").limit(SHOWN).values("id", "subject", "addressee", name="person__name")
    ]  # fmt: skip
    if (more := await letters.count() - len(tasks)) > 0:
        tasks.append({"title": f"{more} more", "text": "Letters that could not be delivered.", "path": "/letters"})
    return [
        *await _asked_to_join(me),
        *tasks,
        *await _nobody_decides(me),
        *await _names_needed(me),
        *await _names_told(me),
    ]


async def _asked_to_join(me: Actor) -> list[dict[str, str]]:
    """Lists people who ask to join a programme at the actor's sites, who waits longest first."""
    rows = await applications_for(me).filter(state="waiting").order_by("made").limit(SHOWN).values(
        "id", name="person__name", programme="programme__title", site="site__name"
    )  # fmt: skip
    return [
        {"title": f"{row['name']} asks to join {row['programme']}", "text": f"At {row['site']}. Say yes or no.",
         "path": f"/applications/{row['id']}"}
        for row in rows
    ]  # fmt: skip


async def _nobody_decides(me: Actor) -> list[dict[str, str]]:
    """Lists the roles that somebody has to hold before those who wait can be decided on."""
    if not me.everywhere("decide"):
        return []
    return [
        {"title": f"Nobody is {role} for {programme}{' in ' + area if area else ''}: {many(count, 'person', 'people')} "
                  f"{'waits' if count == 1 else 'wait'}",
         "text": "Give somebody this role, on their page.", "path": "/certificates/decisions"}
        for role, programme, area, count in await nobody_decides(me)
    ]  # fmt: skip


async def _names_needed(me: Actor) -> list[dict[str, str]]:
    """Lists people whose certificate waits for their name."""
    ready = current().filter(reach(me, "manage people"), standing__in=["ready", "in_training"], result="met")
    rows = (
        await ready.filter(person__name__startswith=f"{NEUTRAL} ").limit(SHOWN).values("person_id", name="person__name")
    )
    return [
        {"title": f"Name needed: {row['name']}", "text": "Their certificate waits until somebody tells their name.",
         "path": f"/people/{row['person_id']}/name"}
        for row in {row["person_id"]: row for row in rows if not has_name(row["person_id"], row["name"])}.values()
    ]  # fmt: skip


async def _names_told(me: Actor) -> list[dict[str, str]]:
    """Lists people whom a learning system calls by another name than they have here."""
    told = Identity.filter(reach(me, "manage people"), proposed_name__isnull=False).exclude(person_id=me.person_id)
    rows = await told.order_by("created").limit(SHOWN).values("person_id", "proposed_name", name="person__name")
    return [
        {"title": f"Another name for {row['name']}", "path": f"/people/{row['person_id']}",
         "text": f"Their learning system calls them {row['proposed_name']}."}
        for row in rows if row["proposed_name"] != row["name"]
    ]  # fmt: skip


async def _next(me: Actor) -> Step | None:
    """The first step there is: what others wait for comes before one's own."""
    for look in (_tell_name, _mend, _decide, _assess, _confirm, _read, _hear, _learn, _wait, _renew, _go_on):
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


async def _tell_name(me: Actor) -> Step | None:
    if me.named:
        return None
    return _step("What is your name?", "Your name will stand on your certificate.", "/name", "Tell us your name")


async def _read(me: Actor) -> Step | None:
    waiting = await cohorts_to_read(me)
    if not waiting:
        return None
    cohort, count = waiting[0]
    words = f"{many(count, 'task')} of {cohort.name} not read yet."
    return _step("Read what was handed in", words, f"/courses/cohorts/{cohort.id}", "Look at it")


async def _hear(me: Actor) -> Step | None:
    """What was decided against somebody, as long as they may object."""
    if not me.may("learn"):
        return None
    refused = await Decision.filter(
        person_id=me.person_id, appeal_until__gte=me.today, outcome__in=["deferred", "declined"]
    ).prefetch_related("pathway", "objection").order_by("-recorded").first()  # fmt: skip
    held = await current().filter(person_id=me.person_id, standing__in=["suspended", "withdrawn"]).first()
    if held:
        words = OUTCOMES[held.standing]
        return _step(words.subject, words.means, "/pathways", "Read why, and what you can do")
    if refused is None or await current().filter(person_id=me.person_id, awaiting=True).exists():
        return None
    if await Decision.filter(person_id=me.person_id, level=refused.level, recorded__gt=refused.recorded).exists():
        return None
    words = (await of_decision(refused)).words
    return _step(words.subject, words.means, "/pathways", "Read why, and what you can do")


async def _decide(me: Actor) -> Step | None:
    if me.may("decide") and (objections := await objections_visible_to(me).filter(finding="open").count()):
        words = "person says that a decision was wrong." if objections == 1 else "people say that a decision was wrong."
        return _step("Answer", f"{objections} {words}", "/certificates/decisions", "Look at them")
    waiting = await number_of_cases(me)
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
    words = f"{done} of {many(len(chapters), 'module')} done. You come back to where you left."
    return _step(title, words, f"/courses/{journey.outline.slug}/continue", "Continue")


async def _wait(me: Actor) -> Step | None:
    row = await current().filter(person_id=me.person_id, awaiting=True).prefetch_related("pathway").first()
    if row is None:
        return None
    level = pathway_versions.read(row.pathway).levels[row.level].title or row.level
    text = f"{level}: all is met, and now somebody has to decide. You need do nothing."
    return _step("Wait for a decision", text, "/pathways", "See your pathway")


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


def _until(row: Evaluation) -> date | None:
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
