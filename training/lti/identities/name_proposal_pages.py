"""Takes the answer to a name that an LMS tells; it is asked for on the person's page."""

from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.lti.identities.name_proposals import answer_told_name
from training.people.visibility import person_for
from training.web.render import actor, form, identity, redirect


class Answered(BaseModel):
    """Which name of which system was shown, and what to do."""

    told_by: UUID = Field(title="which learning system")
    name: str = Field(title="the name")
    do: str = "keep"


async def answer(request: Request) -> Response:
    """Takes the name over, or keeps what stands."""
    me = actor(request)
    found = await person_for(me, "manage people", identity(request))
    given = await form(request, Answered)
    called = await answer_told_name(
        given.told_by, shown=given.name, take=given.do == "take", actor=me, now=clock.now()
    )  # fmt: skip
    return redirect(request, f"/people/{found.id}", notice=f"The name is {called}.")
