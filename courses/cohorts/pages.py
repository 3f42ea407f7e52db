"""Pages of cohorts: all of them, a new one, its people, and filling it from a roster."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from courses.cohorts import actions
from courses.cohorts.actions import NewCohort
from courses.cohorts.models import Cohort, Seat, cohorts_visible_to, may_change
from courses.cohorts.resources import CohortResources
from courses.cohorts.rosters import joining
from courses.cohorts.task_replies import unread_entries
from courses.cohorts.views import (
    choices,
    courses_in_words,
    dates_of,
    elsewhere,
    people_of,
    programme_of_course,
    sessions_of,
    trainer_choices,
    with_people,
    without_place,
)
from courses.learning import views, words
from courses.learning.journey import current_version
from courses.learning.outline import in_language, outline_of
from training.batches.resources import BatchResources
from training.core import clock
from training.core.dates import day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, view_of
from training.web.render import actor, form_data, identity, redirect, render, validate

MOST_SHOWN = 200
"""People of a roster who are shown by name: those who join come first."""


class CohortForm(BaseModel):
    """The form of a new cohort."""

    name: str = Field(title="a name", max_length=200)
    starts: date = Field(title="the first day")
    ends: date | None = Field(None, title="the last day")
    site_id: UUID | None = None
    trainer_id: UUID | None = None
    learning: str = Field("", title="what coming to it counts as", max_length=200)
    programme_id: UUID | None = None

    def plan(self) -> NewCohort:
        """Returns what was typed as a plan."""
        learning = self.learning.strip()
        return NewCohort(self.name, self.starts, self.ends, self.site_id, self.trainer_id, learning, self.programme_id)


class RosterForm(BaseModel):
    """The choice of a roster."""

    roster: UUID = Field(title="a course")


class CohortPlaceForm(BaseModel):
    """The form that gives somebody a place."""

    person: UUID = Field(title="a person")


COHORTS = PagedList(
    "/courses/cohorts",
    "Cohorts",
    ("cohort", "cohorts"),
    (
        ListColumn("name", "Name", ListSort("name", fold=True),
                   cell=lambda row: {"text": row["name"], "path": f"/courses/cohorts/{row['id']}"}),
        ListColumn("site", "Site", ListSort("site__name", fold=True, nullable=True),
                   text=lambda row: row["site__name"] or "Several sites"),
        ListColumn("starts", "First day", ListSort("starts", "day"), cell=lambda row: day(row["starts"])),
        ListColumn("ends", "Last day", ListSort("ends", "day", nullable=True),
                   cell=lambda row: day(row["ends"]) if row["ends"] else ""),
        ListColumn("trainer", "Trainer", ListSort("trainer__folded", nullable=True),
                   text=lambda row: row["trainer__name"] or ""),
        ListColumn("people", "People", ListSort("people", "number", late=True), number=True),
    ),
    (
        ListFilter("query", "Name", lambda _, part: Q(name__icontains=part)),
        ListFilter("course", "Course", lambda _, slug: Q(course__slug=slug), choices={}),
        ListFilter("site", "Site", lambda _, part: has_in_name(part, "site__")),
        ListFilter("runs", "Runs on", kind="day", narrow=lambda _, on: (
            Q(starts__lte=date.fromisoformat(on)) & (Q(ends__isnull=True) | Q(ends__gte=date.fromisoformat(on))))),
    ),
    fields=("name", "starts", "ends", "site__name", "trainer__name"),
    first_sort="-starts",
)  # fmt: skip


async def every_cohort(request: Request) -> Response:
    """Lists all cohorts that the actor may see, of whatever course or training."""
    me: Actor = actor(request)
    known = await courses_in_words(me)
    listing = COHORTS.offering(course={"": "Any course or training", **known})
    slug = view_of(listing, request.query_params).filters.get("course", "")
    learners = ("People on this course", f"/courses/{slug}/learners")
    return await answer_list(
        request, "cohorts/every_cohort.html", listing, cohorts_visible_to(me), complete=with_people,
        makes=me.may("manage people"), course=slug, title=known.get(slug, ""),
        back=learners if slug and me.may("see people") else ("Courses", "/courses"),
    )  # fmt: skip


async def make(request: Request) -> Response:
    """Shows the form of a new cohort, of a course of ours or of another training; posted, makes it."""
    me: Actor = actor(request)
    course = await _course(request, me) if "slug" in request.path_params else None
    path = f"{course['path'] if course else '/courses'}/cohorts/new"
    shown: dict[str, Any] = {
        "course": course,
        "path": path,
        "back": ("Cohorts", _list_of(course["slug"] if course else "")),
    }
    shown["names"] = list(await CohortResources.of(request).learning_names(me.unit_id, me.language))
    if request.method == "GET":
        programme = await programme_of_course(me, course["slug"]) if course else ""
        values = {"starts": me.today.isoformat(), "programme_id": programme}
        return render(request, "cohorts/make.html", values=values, **shown, **await choices(me, values))
    values = await form_data(request)
    shown |= await choices(me, values)
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
    shown: dict[str, Any] = {"path": f"{home}/change", "back": (found.name, home)}
    shown |= {"names": list(await CohortResources.of(request).learning_names(me.unit_id, me.language))}
    shown |= {"any_name": found.course_id is not None}
    days = {"starts": found.starts.isoformat(), "ends": found.ends.isoformat() if found.ends else ""}
    known = {"name": found.name, "trainer_id": found.trainer_id or "", "learning": found.learning, **days}
    values = known if request.method == "GET" else await form_data(request)
    shown["trainers"] = await trainer_choices(me, values, now_by=found.trainer_id)
    if request.method == "GET":
        return render(request, "cohorts/change_cohort.html", values=values, **shown)
    try:
        await actions.change(found, validate(CohortForm, values).plan(), actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "cohorts/change_cohort.html", 422, problems=error.problems, values=values, **shown)
    return redirect(request, home, notice="The cohort is changed.")


async def cohort(request: Request) -> Response:
    """Shows one cohort: its people and how far they are, its sessions, and what can be done."""
    return await _shown(request, await visible_cohort(request), {})


async def _shown(request: Request, found: Cohort, values: Mapping[str, Any], **told: Any) -> Response:
    me: Actor = actor(request)
    outline = await outline_of((await current_version(me, found.course.slug)).id) if found.course else None
    people = await people_of(found, me)
    changes = may_change(me, found)
    placed = {one["id"] for one in people if not one["until"]}
    return render(
        request,
        "cohorts/cohort.html",
        422 if told.get("problems") else 200,
        cohort={
            "id": found.id,
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
        placed=len(placed),
        offers=BatchResources.of(request).offered(me, "cohort") if placed else [],
        total=words.many(len(placed), "person", "people"),
        sessions=await sessions_of(found, me),
        entries=await unread_entries(found, me),
        changes=changes,
        others=await without_place(me, values, beside=placed) if changes else None,
        rosters=await CohortResources.of(request).rosters.choices(me, values) if changes else None,
        values=values,
        back=("Cohorts", _list_of(found.course.slug if found.course else "")),
        **told,
    )


def _list_of(course: str) -> str:
    return f"/courses/cohorts?course={course}" if course else "/courses/cohorts"


async def places(request: Request) -> Response:
    """Gives somebody a place, or ends one."""
    me: Actor = actor(request)
    found, values = await actions.changeable(me, identity(request)), await form_data(request)
    if values.get("end"):
        await actions.end_place(found, id_of(str(values["end"])), actor=me, now=clock.now())
        return redirect(request, f"/courses/cohorts/{found.id}", notice="The place has ended.")
    try:
        given = validate(CohortPlaceForm, values)
    except Invalid as error:
        return await _shown(request, await visible_cohort(request), values, problems=error.problems)
    await actions.place_one(found, given.person, actor=me, now=clock.now())
    return redirect(request, f"/courses/cohorts/{found.id}", notice="The person has a place.")


async def fill_from(request: Request) -> Response:
    """Shows what filling the cohort from the roster of an LMS's course would do; posted, does just that."""
    me: Actor = actor(request)
    found = await actions.changeable(me, identity(request))
    rosters, now, values = CohortResources.of(request).rosters, clock.now(), await form_data(request)
    asked = dict(request.query_params)
    try:
        chosen = validate(RosterForm, asked).roster
    except Invalid as error:
        return await _shown(request, await visible_cohort(request), asked, problems=error.problems)
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
    rows = joining(listing.people, placed, await elsewhere(me, known))
    return render(
        request,
        "cohorts/fill_from.html",
        cohort={"name": found.name, "path": f"/courses/cohorts/{found.id}"},
        roster=listing.title,
        path=f"/courses/cohorts/{found.id}/fill?roster={chosen}",
        shown=listing.fingerprint,
        rows=[[one.name, one.what] for one in rows[:MOST_SHOWN]],
        more=[(what, number) for what, number in Counter(one.what for one in rows[MOST_SHOWN:]).items()],
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
