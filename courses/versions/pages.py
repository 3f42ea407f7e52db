"""Pages of what is new in a version of a course: for its readers, for who has to do it, for who chooses for whom."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from courses.learning.journey import current_version
from courses.learning.words import minutes
from courses.packages.models import Course, CourseVersion
from courses.versions import actions, views
from courses.versions.groups import sizes
from courses.versions.models import TopUp, VersionChoice
from courses.versions.rules import DONE, LATE, MIDDLE
from courses.versions.wishes import CLASS, choice_fields, read_wish
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.core.languages import spoken
from training.people.actor import Actor
from training.people.models import Person
from training.web.languages import chosen_language
from training.web.render import actor, form_data, redirect, render

MAY = "load material"


async def version(request: Request) -> Response:
    """Shows what is new in a version, and why; to those who publish also what was chosen for whom."""
    return await _shown(request, await _version(request), {}, {})


async def choose(request: Request) -> Response:
    """Changes what becomes of those who know an earlier version."""
    found, values, me = await _version(request), await form_data(request), actor(request)
    path = views.version_path(request.path_params["slug"], found.number)
    try:
        wish = read_wish(values, me.today)
    except Invalid as wrong:
        return await _shown(request, found, values, wrong.problems)
    newest = await _is_newest_of_several(found)
    if wish.concerns_somebody and not newest:
        raise Conflict("This is not the newest version of several.", "Choose on the page of the newest one.")
    await actions.choose(found, wish, actor=me, now=clock.now())
    words = "It is chosen. Those whom it concerns are told." if newest else "Nobody is asked for this version any more."
    return redirect(request, path, notice=words)


async def _version(request: Request) -> CourseVersion:
    me, slug = actor(request), request.path_params["slug"]
    of_course = CourseVersion.filter(course__slug=slug, course__unit_id=me.unit_id)
    found = await of_course.get_or_none(number=request.path_params["number"])
    if found is None:
        raise NotFound("There is no such version.", "Look at the course.")
    return found


async def _shown(request: Request, found: CourseVersion, values: dict[str, Any], problems: dict[str, str]) -> Response:
    me: Actor = actor(request)
    slug, language = request.path_params["slug"], chosen_language(request)
    chosen = await views.choices_of(found)
    parts = await views.new_in(found, slug, language)
    offered = [one | {"name": f"{CLASS}{one['key']}"} for one in parts if one["core"]]
    part = choice_fields(chosen[0] if chosen else None) | {"parts": offered}
    title = await views.title_of(found, language)
    publishes = me.everywhere(MAY) and await _is_newest_of_several(found)
    course = await Course.get(id=found.course_id)
    return render(
        request, "versions/version.html", 422 if problems else 200, problems=problems,
        values=part["defaults"] | values, part=part, title=title, number=found.number, published=found.published,
        because=chosen[0].because if chosen else "", parts=parts,
        publishes=publishes, path=views.version_path(slug, found.number),
        groups=(await sizes(course.id, course.programme_id, found)).counted if publishes else {},
        choices=[await _in_words(one) for one in chosen] if publishes else [],
        asked=await TopUp.filter(version_id=found.id).exclude(state="called off").count() if publishes else 0,
        still_asked=await TopUp.filter(version_id=found.id, state="open").count() if me.everywhere(MAY) else 0,
        slug=slug, back=(title, f"/courses/{slug}"),
    )  # fmt: skip


async def _is_newest_of_several(found: CourseVersion) -> bool:
    others = CourseVersion.filter(course_id=found.course_id)
    later = await others.filter(published__gt=found.published).exists()
    return not later and await others.filter(published__lt=found.published).exists()


async def _in_words(one: VersionChoice) -> dict[str, Any]:
    by = await Person.get_or_none(id=one.chosen_by_id)
    return {
        "middle": MIDDLE[one.middle][0], "middle_on": one.middle_on, "done": DONE[one.done][0], "done_by": one.done_by,
        "late": LATE[one.late][0] if one.done != "none" else "", "counted": one.counted, "chosen": one.chosen,
        "by": by.name if by else "",
    }  # fmt: skip


async def top_up(request: Request) -> Response:
    """Shows somebody what is new in a course that they have done, why, and until when; posted, begins it."""
    me, slug = actor(request), request.path_params["slug"]
    if request.method == "POST":
        await actions.begin_top_up(me, slug, now=clock.now())
        return redirect(request, f"/courses/{slug}/continue")
    asked = await actions.own_top_up(me, slug)
    if asked is None:
        await current_version(me, slug)  # there is such a course
        return redirect(request, f"/courses/{slug}")
    language = chosen_language(request)
    parts, choices = await views.parts_asked(asked, slug, language), await views.choices_of(asked.version)
    title = await views.title_of(asked.version, language)
    return render(
        request, "versions/top_up.html", asked=asked, parts=parts, title=title, slug=slug,
        begun=await actions.latest_before(asked) is None, late=asked.due < me.today,
        because=choices[0].because if choices else "", done=sum(one["done"] for one in parts),
        minutes=minutes(sum(one["minutes"] for one in parts), spoken(language)), back=(title, f"/courses/{slug}"),
    )  # fmt: skip
