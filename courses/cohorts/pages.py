"""Pages of cohorts: all of them, those of a course, a new one, its people, and filling it from a roster."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from courses.cohorts import actions
from courses.cohorts.actions import Plan
from courses.cohorts.models import Cohort, Seat, cohorts_visible_to, may_change
from courses.cohorts.resources import CohortResources
from courses.cohorts.rosters import joining
from courses.cohorts.task_replies import unread_entries
from courses.cohorts.views import choices, cohort_rows, dates_of, found_by, people_of, programme_of_course, sessions_of
from courses.learning import views, words
from courses.learning.journey import current_version
from courses.learning.outline import in_language, outline_of
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.people.actor import Actor
from training.people.visibility import may_for
from training.web.render import actor, form_data, identity, redirect, render, validate


class CohortForm(BaseModel):
    """The form of a new cohort."""

    name: str = Field(title="a name", max_length=200)
    starts: date = Field(title="the first day")
    ends: date | None = Field(None, title="the last day")
    site_id: UUID | None = None
    trainer_id: UUID | None = None
    learning: str = Field("", title="what coming to it counts as", max_length=200)
    programme_id: UUID | None = None

    def plan(self) -> Plan:
        """Returns what was typed as a plan."""
        learning = self.learning.strip()
        return Plan(self.name, self.starts, self.ends, self.site_id, self.trainer_id, learning, self.programme_id)


async def every_cohort(request: Request) -> Response:
    """Lists all cohorts that the actor may see, of whatever course or training."""
    me: Actor = actor(request)
    rows, makes = await cohort_rows(cohorts_visible_to(me)), me.may("manage people")
    return render(request, "cohorts/every_cohort.html", cohorts=rows, makes=makes, back=("Courses", "/courses"))


async def cohorts(request: Request) -> Response:
    """Lists the cohorts of a course that the actor may see."""
    me: Actor = actor(request)
    course = await _course(request, me)
    return render(
        request,
        "cohorts/cohorts.html",
        course=course,
        cohorts=await cohort_rows(cohorts_visible_to(me).filter(course__slug=course["slug"])),
        makes=me.may("manage people"),
        back=("People on this course", f"{course['path']}/learners"),
    )


async def make(request: Request) -> Response:
    """Shows the form of a new cohort, of a course of ours or of another training; posted, makes it."""
    me: Actor = actor(request)
    course = await _course(request, me) if "slug" in request.path_params else None
    home = f"{course['path'] if course else '/courses'}/cohorts"
    shown: dict[str, Any] = {"course": course, "path": f"{home}/new", "back": ("Cohorts", home), **await choices(me)}
    shown["names"] = list(await CohortResources.of(request).learning_names(me.unit_id, me.language))
    if request.method == "GET":
        programme = await programme_of_course(me, course["slug"]) if course else ""
        values = {"starts": me.today.isoformat(), "programme_id": programme}
        return render(request, "cohorts/make.html", values=values, **shown)
    values = await form_data(request)
    try:
        asked, slug = validate(CohortForm, values), course["slug"] if course else ""
        made = await actions.make(slug, asked.plan(), actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "cohorts/make.html", 422, problems=error.problems, values=values, **shown)
    return redirect(request, f"/courses/cohorts/{made.id}", notice="The cohort is made. Now add its people.")


async def change(request: Request) -> Response:
    """Shows the form that changes a cohort; posted, changes it."""
    me: Actor = actor(request)
    found, home = await actions.changeable(me, identity(request)), f"/courses/cohorts/{identity(request)}"
    shown: dict[str, Any] = {"path": f"{home}/change", "back": (found.name, home), **await choices(me)}
    if found.trainer_id and str(found.trainer_id) not in [str(key) for key, _ in shown["trainers"]]:
        await found.fetch_related("trainer")
        shown["trainers"] = [*shown["trainers"], (found.trainer_id, found.trainer.name if found.trainer else "")]
    shown |= {"names": list(await CohortResources.of(request).learning_names(me.unit_id, me.language))}
    shown |= {"any_name": found.course_id is not None}
    if request.method == "GET":
        days = {"starts": found.starts.isoformat(), "ends": found.ends.isoformat() if found.ends else ""}
        values = {"name": found.name, "trainer_id": found.trainer_id or "", "learning": found.learning, **days}
        return render(request, "cohorts/change_cohort.html", values=values, **shown)
    values = await form_data(request)
    try:
        await actions.change(found, validate(CohortForm, values).plan(), actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "cohorts/change_cohort.html", 422, problems=error.problems, values=values, **shown)
    return redirect(request, home, notice="The cohort is changed.")


async def cohort(request: Request) -> Response:
    """Shows one cohort: its people and how far they are, its sessions, and what can be done."""
    me: Actor = actor(request)
    found = await visible_cohort(request)
    outline = await outline_of((await current_version(me, found.course.slug)).id) if found.course else None
    people = await people_of(found, me)
    changes, name = may_change(me, found), request.query_params.get("name", "").strip()
    placed = {one["id"] for one in people if not one["until"]}
    # Who only leads the cohort does not see who else is on the course.
    lists = f"/courses/{found.course.slug}/cohorts" if found.course and me.may("see people") else "/courses/cohorts"
    return render(
        request,
        "cohorts/cohort.html",
        cohort={
            "name": found.name,
            "path": f"/courses/cohorts/{found.id}",
            "site": found.site.name if found.site else "Several sites",
            "trainer": found.trainer.name if found.trainer else "Nobody yet",
            "programme": found.programme.title if found.programme else "",
            "dates": dates_of(found),
            "learning": found.learning,
        },
        course=in_language(outline.title, me.language) if outline else "",
        people=people,
        total=words.many(len(placed), "person", "people"),
        sessions=await sessions_of(found, me),
        entries=await unread_entries(found, me),
        changes=changes,
        name=name,
        found=await found_by(me, name, beside=placed) if changes else [],
        rosters=await CohortResources.of(request).rosters.courses(me) if changes else [],
        back=("Cohorts", lists),
    )


async def places(request: Request) -> Response:
    """Gives somebody a place, or ends one."""
    me: Actor = actor(request)
    found, values = await actions.changeable(me, identity(request)), await form_data(request)
    wanted = id_of(str(values.get("end") or values.get("person") or ""))
    if values.get("end"):
        await actions.end_place(found, wanted, actor=me, now=clock.now())
        return redirect(request, f"/courses/cohorts/{found.id}", notice="The place has ended.")
    await actions.place_one(found, wanted, actor=me, now=clock.now())
    return redirect(request, f"/courses/cohorts/{found.id}", notice="The person has a place.")


async def fill_from(request: Request) -> Response:
    """Shows what filling the cohort from the roster of an LMS's course would do; posted, does just that."""
    me: Actor = actor(request)
    found = await actions.changeable(me, identity(request))
    rosters, now, values = CohortResources.of(request).rosters, clock.now(), await form_data(request)
    chosen = id_of(request.query_params.get("roster", ""))
    told: dict[str, Any] = {}
    if request.method == "POST":
        try:
            people = await rosters.take_over(me, chosen, shown=str(values.get("shown", "")), now=now)
        except Conflict as conflict:
            told = {"notice": f"{conflict.message} This is what it says now."}
        else:
            given = await actions.place(found, people, actor=me, now=now, because="roster")
            joined = words.many(given, "person has joined", "people have joined")
            return redirect(request, f"/courses/cohorts/{found.id}", notice=f"{joined}.")
    listing = await rosters.read(me, chosen, now=now)
    held = Seat.filter(cohort_id=found.id, ends__isnull=True)
    placed = dict(await held.values_list("person_id", "person__name"))
    known = [one.person_id for one in listing.people if one.person_id and one.person_id not in placed]
    elsewhere = {one for one in known if not await may_for(me, "manage people", one)}
    rows = joining(listing.people, placed, elsewhere)
    return render(
        request,
        "cohorts/fill_from.html",
        cohort={"name": found.name, "path": f"/courses/cohorts/{found.id}"},
        roster=listing.title,
        path=f"/courses/cohorts/{found.id}/fill?roster={chosen}",
        shown=listing.fingerprint,
        rows=[[one.name, one.what] for one in rows],
        count=words.many(sum(one.joins for one in rows), "person joins", "people join"),
        back=(found.name, f"/courses/cohorts/{found.id}"),
        **told,
    )


async def _course(request: Request, me: Actor) -> dict[str, Any]:
    outline = await outline_of((await current_version(me, request.path_params["slug"])).id)
    return views.course_words(outline, me.language)


async def visible_cohort(request: Request) -> Cohort:
    """Returns the cohort that the address names, among those that the actor may see."""
    found = await cohorts_visible_to(actor(request)).get_or_none(id=identity(request)).select_related(
        "course", "site", "trainer", "programme"
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such cohort.", "Choose one from the list of the course.")
    return found


def id_of(text: str) -> UUID:
    """Reads an id that a form or an address has sent; raises NotFound when it is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is nothing of that name.", "Choose one from the list.") from error
