"""The page that adds somebody: name, role, place and first day, with whom they may be mistaken for."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.authentication import invitations
from training.people.models import Person
from training.people.role_choices import offered
from training.people.workforce.actions import NewPerson, add_person, alike
from training.web.render import actor, form_data, redirect, render, validate


class PersonForm(BaseModel):
    """The form that adds a person; `seen` says that those who are alike were looked at."""

    name: str = Field("", title="a name")
    role: str = Field(title="a role")
    site_id: UUID | None = None
    starts: date = Field(title="the first day")
    email: str = ""
    phone: str = ""
    invite: str = ""
    seen: str = ""


async def new_person(request: Request) -> Response:
    """Shows the form of a new person; posted, warns of people who are alike, then adds and invites."""
    me: Actor = actor(request)
    if request.method == "GET":
        return await _form(request, me, {"starts": me.today.isoformat(), "role": "trainee", "invite": "yes"})
    values, now = await form_data(request), clock.now()
    try:
        asked = validate(PersonForm, values)
        wish = NewPerson(asked.name, asked.role, asked.site_id, asked.starts, asked.email.strip(), asked.phone.strip())
        if not asked.seen and (found := await alike(wish, me)):
            return await _form(request, me, values, found=found)
        made = await add_person(wish, actor=me, now=now)
    except Invalid as error:
        return await _form(request, me, values, 422, problems=error.problems)
    notice = f"{made.name} is added."
    if asked.invite and wish.email:
        await invitations.invite(made.id, wish.email.lower(), actor=me, now=now)
        notice = f"{made.name} is added and invited by mail."
    return redirect(request, f"/people/{made.id}", notice=notice)


async def _form(
    request: Request, me: Actor, values: dict[str, Any], status: int = 200, *, found: list[Person] | None = None,
    **told: Any,
) -> Response:  # fmt: skip
    people = [(one.name, f"/people/{one.id}") for one in found or ()]
    choices, back = await offered(me, values), ("People", "/people")
    return render(
        request, "people/new.html", status, values=values, alike=people, choices=choices, back=back, **told
    )  # fmt: skip
