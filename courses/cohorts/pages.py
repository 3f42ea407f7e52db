"""Pages of cohorts: those of a course, a new one, its people and sessions, and filling it from a roster."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from courses.cohorts import actions
from courses.cohorts.actions import NotedMeanwhile, Plan
from courses.cohorts.models import Cohort, Seat, Session, cohorts_visible_to, may_change, seats_for, visible_to
from courses.cohorts.rosters import Rosters, joining
from courses.cohorts.views import choices, dates_of, found_by, noted_at, people_of, sessions_of
from courses.learning import views, words
from courses.learning.journey import current_version
from courses.learning.outline import in_language, outline_of
from training.core import clock
from training.core.errors import Conflict, Invalid, NotFound
from training.people.actor import Actor
from training.people.visibility import may_for
from training.web.render import actor, form_data, identity, redirect, render, validate

LONGEST_NUMBER = 6
"""Digits of the minutes that a page has shown."""


class CohortForm(BaseModel):
    """The form of a new cohort."""

    name: str = Field(title="a name", max_length=200)
    starts: date = Field(title="the first day")
    ends: date | None = Field(None, title="the last day")
    site_id: UUID | None = None
    trainer_id: UUID | None = None


class SessionForm(BaseModel):
    """The form of a new session."""

    title: str = Field(title="what the session is called", max_length=200)
    held_on: date = Field(title="the day")
    minutes: int = Field(title="the minutes")


async def cohorts(request: Request) -> Response:
    """Lists the cohorts of a course that the actor may see."""
    me: Actor = actor(request)
    course = await _course(request, me)
    found = cohorts_visible_to(me).filter(course__slug=course["slug"]).order_by("-starts", "name")
    rows = await found.select_related("site", "trainer")
    counted = await visible_to(me).filter(cohort_id__in=[row.id for row in rows], ends__isnull=True).values("cohort_id")
    held = [one["cohort_id"] for one in counted]
    return render(
        request,
        "courses/cohorts.html",
        course=course,
        cohorts=[
            {
                "name": row.name,
                "path": f"/courses/cohorts/{row.id}",
                "site": row.site.name if row.site else "Several sites",
                "trainer": row.trainer.name if row.trainer else "",
                "dates": dates_of(row),
                "people": words.many(held.count(row.id), "person", "people"),
            }
            for row in rows
        ],
        makes=me.may("manage people"),
        back=("People on this course", f"{course['path']}/learners"),
    )


async def make(request: Request) -> Response:
    """Shows the form of a new cohort; posted, makes it."""
    me: Actor = actor(request)
    course = await _course(request, me)
    shown: dict[str, Any] = {"course": course, "back": ("Cohorts", f"{course['path']}/cohorts"), **await choices(me)}
    if request.method == "GET":
        today = me.today
        return render(request, "courses/make.html", values={"starts": today.isoformat()}, **shown)
    values = await form_data(request)
    try:
        asked = validate(CohortForm, values)
        plan = Plan(asked.name, asked.starts, asked.ends, asked.site_id, asked.trainer_id)
        made = await actions.make(course["slug"], plan, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "courses/make.html", 422, problems=error.problems, values=values, **shown)
    return redirect(request, f"/courses/cohorts/{made.id}", notice="The cohort is made. Now add its people.")


async def cohort(request: Request) -> Response:
    """Shows one cohort: its people and how far they are, its sessions, and what can be done."""
    return await _shown(request, await _visible(request))


async def _shown(request: Request, found: Cohort, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    slug = found.course.slug
    outline = await outline_of((await current_version(me, slug)).id)
    people = await people_of(found, visible_to(me))
    changes, name = may_change(me, found), request.query_params.get("name", "").strip()
    placed = {one["id"] for one in people if not one["until"]}
    return render(
        request,
        "courses/cohort.html",
        status,
        cohort={
            "name": found.name,
            "path": f"/courses/cohorts/{found.id}",
            "site": found.site.name if found.site else "Several sites",
            "trainer": found.trainer.name if found.trainer else "Nobody yet",
            "dates": dates_of(found),
        },
        course=in_language(outline.title, me.language),
        people=people,
        total=words.many(len(placed), "person", "people"),
        sessions=await sessions_of(found, me),
        changes=changes,
        name=name,
        found=await found_by(me, name, beside=placed) if changes else [],
        rosters=await _rosters(request).courses(me) if changes else [],
        back=("Cohorts", f"/courses/{slug}/cohorts"),
        **told,
    )


async def places(request: Request) -> Response:
    """Gives somebody a place, or ends one."""
    me: Actor = actor(request)
    found, values = await actions.changeable(me, identity(request)), await form_data(request)
    wanted = _id(str(values.get("end") or values.get("person") or ""))
    if values.get("end"):
        await actions.end_place(found, wanted, actor=me, now=clock.now())
        return redirect(request, f"/courses/cohorts/{found.id}", notice="The place has ended.")
    await actions.place_one(found, wanted, actor=me, now=clock.now())
    return redirect(request, f"/courses/cohorts/{found.id}", notice="The person has a place.")


async def fill_from(request: Request) -> Response:
    """Shows what filling the cohort from the roster of an LMS's course would do; posted, does just that."""
    me: Actor = actor(request)
    found = await actions.changeable(me, identity(request))
    rosters, now, values = _rosters(request), clock.now(), await form_data(request)
    chosen = _id(request.query_params.get("roster", ""))
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
        "courses/fill_from.html",
        cohort={"name": found.name, "path": f"/courses/cohorts/{found.id}"},
        roster=listing.title,
        path=f"/courses/cohorts/{found.id}/fill?roster={chosen}",
        shown=listing.fingerprint,
        rows=[[one.name, one.what] for one in rows],
        count=words.many(sum(one.joins for one in rows), "person joins", "people join"),
        back=(found.name, f"/courses/cohorts/{found.id}"),
        **told,
    )


async def sessions(request: Request) -> Response:
    """Adds a session to a cohort."""
    me: Actor = actor(request)
    found, values = await actions.changeable(me, identity(request)), await form_data(request)
    try:
        asked = validate(SessionForm, values)
        made = await actions.add_session(found, **asked.model_dump(), actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, await _visible(request), 422, problems=error.problems, values=values)
    return redirect(request, f"/courses/cohorts/{found.id}/sessions/{made.id}", notice="The session is added.")


async def session(request: Request) -> Response:
    """Shows who came to a session; posted, notes it, unless somebody has noted otherwise since the page was shown."""
    me: Actor = actor(request)
    found = await _visible(request)
    held = await Session.get_or_none(id=identity(request, "session"), cohort_id=found.id)
    if held is None:
        raise NotFound("There is no such session.", "Look at the cohort again.")
    if request.method == "GET":
        return await _who_came(request, found, held)
    await actions.changeable(me, found.id)
    posted = await request.form()
    came = {_id(text) for text in posted.getlist("came") if isinstance(text, str)}
    seen = dict(_seen(text) for text in posted.getlist("seen") if isinstance(text, str)) or None
    people = {one["id"] for one in await _people(me, found, held)}
    of = people & set(seen) if seen else people  # who joined since then was not on the page
    try:
        await actions.note_who_came(held, came & of, of=of, actor=me, now=clock.now(), seen=seen)
    except NotedMeanwhile as conflict:
        return await _who_came(request, found, held, ticked=came, newer=conflict.people)
    return redirect(request, f"/courses/cohorts/{found.id}", notice="It is noted who came.")


def _seen(text: str) -> tuple[UUID, int | None]:
    person, _, minutes = text.partition(" ")
    return _id(person), int(minutes) if minutes.isdecimal() and len(minutes) < LONGEST_NUMBER else None


async def _people(me: Actor, found: Cohort, held: Session) -> list[dict[str, Any]]:
    shown = seats_for(me, "manage people") if may_change(me, found) else visible_to(me)
    return [one for one in await people_of(found, shown, session=held) if not one["until"]]


async def _who_came(
    request: Request,
    found: Cohort,
    held: Session,
    *,
    ticked: Collection[UUID] | None = None,
    newer: Collection[UUID] = frozenset(),
) -> Response:
    """Shows who came as it is noted, or as it was ticked, beside what others have noted meanwhile."""
    me: Actor = actor(request)
    people, noted = await _people(me, found, held), await noted_at(held)
    return render(
        request,
        "courses/session.html",
        409 if newer else 200,
        title=held.title,
        held_on=held.held_on,
        minutes=words.minutes(held.minutes),
        people=[
            one
            | {
                "ticked": one["here"] if ticked is None else one["id"] in ticked,
                "seen": f"{one['id']} {noted.get(one['id'], '')}".strip(),
                "newer": one["id"] in newer,
            }
            for one in people
        ],
        newer=bool(newer),
        path=f"/courses/cohorts/{found.id}/sessions/{held.id}",
        changes=may_change(me, found) and held.held_on <= me.today,
        back=(found.name, f"/courses/cohorts/{found.id}"),
    )


async def _course(request: Request, me: Actor) -> dict[str, Any]:
    outline = await outline_of((await current_version(me, request.path_params["slug"])).id)
    return views.course_words(outline, me.language)


async def _visible(request: Request) -> Cohort:
    found = await cohorts_visible_to(actor(request)).get_or_none(id=identity(request)).select_related(
        "course", "site", "trainer"
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such cohort.", "Choose one from the list of the course.")
    return found


def _rosters(request: Request) -> Rosters:
    given: Rosters = request.app.state.rosters
    return given


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("There is nothing of that name.", "Choose one from the list.") from error
