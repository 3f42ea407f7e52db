"""Pages of courses: mine, one course with its modules, and the ways in and back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from courses.cohorts.models import cohorts_visible_to
from courses.cohorts.views import days_of
from courses.learning import actions, rules, views
from courses.learning.attempts import tries_at
from courses.learning.journey import (
    Journey,
    Position,
    current_version,
    journey_of,
    latest_of_each,
    own_journey,
    spot_on,
)
from courses.learning.models import courses_visible_to, visible_to
from courses.learning.newer_versions import go_on_with_newer, newer_version
from courses.learning.outline import in_language, outline_of
from courses.versions.models import top_ups_visible_to
from courses.versions.views import news_for, version_path
from training.core import clock
from training.core.errors import NotAllowed, NotFound
from training.core.languages import spoken
from training.people.actor import Actor
from training.web.languages import chosen_language
from training.web.render import actor, form_data, redirect, render


async def mine(request: Request) -> Response:
    """Lists the courses one has begun, and those one could begin."""
    me: Actor = actor(request)
    enrolments = latest_of_each(await visible_to(me).filter(person_id=me.person_id).order_by("-seen"))
    journeys = [await journey_of(enrolment) for enrolment in enrolments]
    language = chosen_language(request)
    begun = [_begun(journey, language) for journey in journeys]
    slugs = (
        await courses_visible_to(me)
        .exclude(id__in=list({journey.outline.course_id for journey in journeys}))
        .order_by("slug")
        .values_list("slug", flat=True)
    )
    outlines = [await outline_of((await current_version(me, str(slug))).id) for slug in slugs]
    others = [views.course_words(outline, language) for outline in outlines]
    return render(
        request,
        "learning/mine.html",
        begun=begun,
        first=next((one for one in begun if one["next"]), None),
        others=others,
        sees_people=me.may("see people"),
        sees_cohorts=me.may("see people") or (me.may("train") and await cohorts_visible_to(me).exists()),
        sees_top_ups=me.may("see people") and await top_ups_visible_to(me).exists(),
        learns=me.may("learn"),
        learners=[*begun, *others],
        days=await days_of(me.person_id, today=me.today),
    )


def _begun(journey: Journey, language: str) -> dict[str, Any]:
    here = journey.next
    return {
        **views.course_words(journey.outline, language),
        **views.how_far(journey, language),
        "next": f"/courses/{journey.outline.slug}/continue" if here else "",
        "next_words": _place_words(journey, here, language) if here else "",
    }


def _place_words(journey: Journey, here: rules.Here, language: str) -> str:
    chapter = journey.outline.chapter(here.module)
    part = in_language(chapter.part(here.activity).title, views.language_of(chapter, language))
    return f"{in_language(chapter.title, language)}: {part}"


async def outline(request: Request) -> Response:
    """Shows a course: where to go on, how far one is, and its modules in order."""
    me: Actor = actor(request)
    slug = request.path_params["slug"]
    journey = await own_journey(me, slug)
    shown = journey.outline if journey else await outline_of((await current_version(me, slug)).id)
    otherwise = journey.enrolment.language if journey else me.language
    asked = request.query_params.get("language", "")
    wanted = asked if asked in shown.languages else otherwise
    if journey:
        await actions.choose_language(journey.enrolment, wanted)
    reached = journey.reached if journey else rules.Reached()
    here = journey.next if journey else None
    return render(
        request,
        "learning/outline.html",
        course=views.course_words(shown, wanted),
        modules=views.modules(shown, reached, wanted),
        far=views.how_far(journey, wanted) if journey else None,
        next_words=_place_words(journey, here, wanted) if journey and here else "",
        begun=journey is not None,
        may_learn=me.may("learn"),
        sees_people=me.may("see people"),
        version=shown.number,
        newer=await newer_version(journey, me) if journey and me.may("learn") else None,
        news=await news_for(me, slug, journey),
        version_path=version_path(slug, shown.number) if me.everywhere("load material") else "",
        writes=me.may("write material"),
        lang=spoken(wanted),
        languages=views.language_switch(shown.languages, f"/courses/{slug}", wanted),
        back=("My courses", "/courses"),
    )


async def start(request: Request) -> Response:
    """Begins the course and goes to its first page."""
    slug, values = request.path_params["slug"], await form_data(request)
    await actions.enrol(actor(request), slug, now=clock.now(), language=str(values.get("language", "")))
    return redirect(request, f"/courses/{slug}/continue")


async def newer(request: Request) -> Response:
    """Goes on with the newest version of a course; what was done and is unchanged counts there."""
    slug = request.path_params["slug"]
    await go_on_with_newer(actor(request), slug, now=clock.now())
    return redirect(request, f"/courses/{slug}", notice="You go on with the newest version.")


async def resume(request: Request) -> Response:
    """Goes to the exact place left."""
    slug = request.path_params["slug"]
    me: Actor = actor(request)
    journey = await own_journey(me, slug)
    if journey is None:
        await current_version(me, slug)  # there is such a course
    here = journey.next if journey else None
    if journey is None or here is None:
        return redirect(request, f"/courses/{slug}")
    return redirect(request, await _exact(journey, here))


async def _exact(journey: Journey, here: rules.Here) -> str:
    spot = spot_on(journey, module=here.module, activity=here.activity)
    if spot.part.kind != "quiz":
        return spot.path
    attempt = (await tries_at(spot)).open
    if attempt is None:
        return spot.path
    asked = len(spot.part.questions(""))
    return f"{spot.path}/check" if attempt.position > asked else f"{spot.path}/questions/{attempt.position}"


async def module(request: Request) -> Response:
    """Goes to where one is in a module; somebody who comes from an LMS begins the course by coming."""
    me: Actor = actor(request)
    slug, name = request.path_params["slug"], request.path_params["module"]
    journey = await journey_here(me, slug)
    if journey is None:
        return redirect(request, f"/courses/{slug}")
    plan = journey.outline.chapter(name).plan
    last = journey.last
    if last and last.module == name and rules.next_place(journey.outline.course, journey.reached, last=last) == last:
        return redirect(request, await _exact(journey, last))
    try:
        return redirect(request, await _exact(journey, rules.place_in(plan, journey.reached)))
    except NotAllowed as trouble:
        return not_open_yet(request, journey, trouble)


def not_open_yet(request: Request, journey: Journey, trouble: NotAllowed) -> Response:
    """Leads from a module that is not open yet to the course page, which says what comes first."""
    return redirect(request, f"/courses/{journey.outline.slug}", notice=str(trouble))


async def journey_here(me: Actor, slug: str) -> Journey | None:
    """The actor's journey; from an LMS the course begins by itself, else None before it is begun."""
    journey = await own_journey(me, slug)
    if journey is None and me.lti is not None and me.may("learn"):
        journey = await journey_of(await actions.enrol(me, slug, now=clock.now()))
    if journey is None and not await courses_visible_to(me).filter(slug=slug).exists():
        raise NotFound("There is no such course.", "Go to My courses and choose one from the list.")
    return journey


async def own_spot(request: Request) -> Position:
    """The activity that the address names, in the actor's own journey."""
    journey = await own_journey(actor(request), request.path_params["slug"])
    if journey is None:
        raise NotFound("You have not begun this course.", "Open it from My courses and press Start.")
    return spot_on(journey, module=request.path_params["module"], activity=request.path_params["activity"])
