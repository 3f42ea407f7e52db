"""Pages of somebody's part in programmes: their places and roles, given, moved, ended and taken back."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations.pathway_versions import newest_version
from certificates.participation import views
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import visible_to
from training.programmes import actions
from training.programmes import roles as programme_roles
from training.programmes.models import Place, ProgrammeRole, places_for, programme_roles_for
from training.programmes.rules import CHOSEN_END_REASONS, role_words
from training.web.render import actor, form_data, identity, redirect, render, validate


class PlaceForm(BaseModel):
    """The form that gives a place."""

    programme: UUID = Field(title="which programme")
    site_id: UUID | None = None
    starts: date = Field(title="the first day")
    funding: str = Field("", title="who pays", max_length=100)
    route: str = Field("", title="the way in", max_length=100)


class PlaceChangeForm(BaseModel):
    """The forms on the page of a place: what to do, and what each asks."""

    do: str = ""
    ends: date | None = Field(None, title="the last day")
    reason: str = ""
    site_id: UUID | None = None
    version: str = ""
    last_day: date | None = Field(None, title="the last day here")
    why: str = ""


class ProgrammeRoleForm(BaseModel):
    """The form that gives a role in a programme: the programme with the role, and where."""

    role: str = Field(title="a role")
    where: str = Field(title="where")
    starts: date = Field(title="the first day")


class RoleChangeForm(BaseModel):
    """The forms on the page of a role: what to do, and what each asks."""

    do: str = ""
    ends: date | None = Field(None, title="the last day")
    why: str = ""


async def programmes(request: Request) -> Response:
    """Shows in which programmes a person has a place and a role; posted, gives a place."""
    me: Actor = actor(request)
    found = await _person(me, request)
    if request.method == "GET":
        return await _shown(request, found)
    values = await form_data(request)
    try:
        asked = validate(PlaceForm, values)
        version = await newest_version(asked.programme, me.unit_id, today=me.today)
        wish = actions.PlaceWish(
            asked.programme, asked.site_id, asked.starts, version, asked.funding.strip(), asked.route.strip()
        )
        await actions.give_place(found.id, wish, actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{found.id}/programmes", notice=f"{found.name} has a place.")


async def _shown(request: Request, found: Person, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    values = told.pop("values", {"starts": me.today.isoformat()})
    return render(
        request,
        "participation/programmes.html",
        status,
        person=found,
        places=await views.places_shown(found, me),
        roles=await views.roles_shown(found, me),
        gives=await views.place_choices(found, me, values),
        gives_roles=bool(await views.roles_to_give(found, me)),
        values=values,
        back=(found.name, f"/people/{found.id}"),
        **told,
    )


async def place(request: Request) -> Response:
    """Shows one place; posted, ends it, moves it or takes it back."""
    me: Actor = actor(request)
    found = await _person(me, request)
    held = await places_for(me, actions.MANAGE).get_or_none(id=identity(request, "place"), person=found)
    if held is None or held.taken_back or not actions.may_place(me, held.site_id):
        raise NotFound("There is no such place.", "Look at the person's page again.")
    await held.fetch_related("programme", "site")
    if request.method == "GET":
        return await _place(request, found, held)
    values = await form_data(request)
    try:
        notice = await _change_place(validate(PlaceChangeForm, values), held, me)
    except Invalid as error:
        return await _place(request, found, held, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{found.id}/programmes", notice=notice)


async def _change_place(asked: PlaceChangeForm, held: Place, me: Actor) -> str:
    now = clock.now()
    if asked.do == "end":
        ends = _day(asked.ends, "ends")
        await actions.end_place(held.id, ends=ends, reason=asked.reason, actor=me, now=now)
        return "The place has a last day."
    if asked.do == "move":
        await actions.move_place(
            held.id, site_id=asked.site_id, last_day=_day(asked.last_day, "last_day"), version=asked.version, actor=me,
            now=now,
        )  # fmt: skip
        return "The place is moved. It goes on there the day after."
    await actions.take_back_place(held.id, why=asked.why, actor=me, now=now)
    return "The place is taken back."


async def _place(request: Request, found: Person, held: Place, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    values = told.pop("values", {"site_id": str(held.site_id or ""), "version": held.version})
    return render(
        request,
        "participation/place.html",
        status,
        person=found,
        place=held,
        state=views.place_state(held, me.today),
        reasons=views.reason_choices(CHOSEN_END_REASONS),
        choices=await views.move_choices(held, me, values),
        values=values,
        back=(f"Programmes of {found.name}", f"/people/{found.id}/programmes"),
        **told,
    )


async def give_role(request: Request) -> Response:
    """Shows the form that gives the person a role in a programme; posted, gives it."""
    me: Actor = actor(request)
    found = await _person(me, request)
    values = {"starts": me.today.isoformat()} if request.method == "GET" else await form_data(request)
    told: dict[str, Any] = {"person": found, "choices": await views.role_choices(found, me, values)}
    told |= {"back": (f"Programmes of {found.name}", f"/people/{found.id}/programmes")}
    if told["choices"] is None:
        raise NotFound("There is no role here that you can give.", "Ask the central unit.")
    if request.method == "GET":
        return render(request, "participation/give_role.html", values=values, **told)
    try:
        asked = validate(ProgrammeRoleForm, values)
        programme_id, _, name = asked.role.partition(" ")
        kind, _, key = asked.where.partition(" ")
        wish = programme_roles.RoleWish(
            _id(programme_id), name, asked.starts, _id(key) if kind == "site" else None,
            _id(key) if kind == "area" else None,
        )  # fmt: skip
        known = await views.role_names(wish.programme_id, me.unit_id, today=me.today)
        await programme_roles.give_programme_role(found.id, wish, known=known, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "participation/give_role.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/people/{found.id}/programmes", notice="The role is given.")


async def role(request: Request) -> Response:
    """Shows one role in a programme; posted, ends it or takes it back."""
    me: Actor = actor(request)
    found = await _person(me, request)
    held = await programme_roles_for(me, actions.MANAGE).get_or_none(id=identity(request, "role"), person=found)
    if held is None or held.taken_back or not programme_roles.may_give_at(me, held.site_id):
        raise NotFound("There is no such role.", "Look at the person's page again.")
    await held.fetch_related("programme", "site", "area")
    if request.method == "GET":
        return _role(request, found, held)
    values = await form_data(request)
    try:
        asked = validate(RoleChangeForm, values)
        if asked.do == "end":
            ends = _day(asked.ends, "ends")
            await programme_roles.end_programme_role(held.id, ends=ends, actor=me, now=clock.now())
        else:
            await programme_roles.take_back_programme_role(held.id, why=asked.why, actor=me, now=clock.now())
    except Invalid as error:
        return _role(request, found, held, 422, problems=error.problems, values=values)
    notice = "The role has a last day." if asked.do == "end" else "The role is taken back."
    return redirect(request, f"/people/{found.id}/programmes", notice=notice)


def _role(request: Request, found: Person, held: ProgrammeRole, status: int = 200, **told: Any) -> Response:
    where = held.site.name if held.site else held.area.name if held.area else views.WHOLE_UNIT
    back = (f"Programmes of {found.name}", f"/people/{found.id}/programmes")
    return render(
        request, "participation/role.html", status, person=found, role=held, words=role_words(held.role), where=where,
        back=back, **told,
    )  # fmt: skip


async def _person(me: Actor, request: Request) -> Person:
    found = await visible_to(me).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    return found


def _day(value: date | None, field: str) -> date:
    if value is None:
        raise Invalid("There is a problem", problems={field: "Enter the last day"})
    return value


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("There is a problem", problems={"role": "Choose a role from the list"}) from error
