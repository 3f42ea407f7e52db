"""How the people of a unit sign in: whom it asks for a second step, and from when on."""

from datetime import date

from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.authentication.models import SignInPolicy
from training.people.authentication.rules import ASKED_BY_DEFAULT, STAFF
from training.people.roles import ROLES
from training.people.second_step.policies import set_policy
from training.web.render import actor, form_data, redirect, render, validate


class PolicyForm(BaseModel):
    """The form that says who is asked for a second step."""

    roles: list[str] = Field([], title="who is asked")
    since: date = Field(title="the first day")

    @field_validator("roles", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


async def policy(request: Request) -> Response:
    """Shows who is asked for a second step; posted, sets it."""
    me: Actor = actor(request)
    problems: dict[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(PolicyForm, values)
            await set_policy(given.roles, since=given.since, actor=me, now=clock.now())
        except Invalid as error:
            problems = error.problems
        else:
            return redirect(request, "/people/sign-in", notice="Saved.")
    else:
        found = await SignInPolicy.get_or_none(unit_id=me.unit_id)
        values = {
            "roles": found.second_step_roles if found else sorted(ASKED_BY_DEFAULT),
            "since": (found.second_step_from if found else me.today).isoformat(),
        }
    return render(
        request, "people/sign_in_policy.html", 422 if problems else 200, problems=problems, values=values,
        roles=[(role, ROLES[role]) for role in STAFF], back=("People", "/people"),
    )  # fmt: skip
