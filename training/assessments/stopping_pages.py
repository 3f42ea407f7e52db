"""The page of an assessment that cannot go on: hand a part on to somebody else, or cancel it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training import clock
from training.assessments import stopping
from training.assessments.actions import own_rating
from training.assessments.eligible import others_who_rate
from training.assessments.models import LEFT, Assessment, Rater
from training.assessments.stopping import OPEN_STATES
from training.errors import Conflict, Invalid, NotAllowed
from training.people.actor import Actor
from training.web.pages import actor, fill, go, identity, page, typed


class HandingOn(BaseModel):
    """Whose part goes to whom."""

    leaves: UUID = Field(title="whose part it is")
    comes: UUID = Field(title="who rates in their place")


async def stop(request: Request) -> Response:
    """Shows what can be done with an assessment that cannot go on; posted, hands a part on or cancels it."""
    me: Actor = actor(request)
    rater, _ = await own_rating(identity(request), me)
    row: Assessment = rater.assessment
    where = f"/assessments/{row.id}"
    if row.state not in OPEN_STATES:
        return go(request, where)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await typed(request)
        try:
            return await _stopped(request, row, values, me)
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": f"{refused.message} {refused.remedy}".strip()}
    told = {"path": f"{where}/stop", "back": ("The assessment", where), **await _parts(row, me)}
    return page(request, "assessments/stop.html", 422 if problems else 200, values=values, problems=problems, **told)


async def _stopped(request: Request, row: Assessment, values: Mapping[str, Any], me: Actor) -> Response:
    reason = str(values.get("reason", ""))
    if values.get("step") == "cancel":
        await stopping.cancel(row.id, reason=reason, actor=me, now=clock.now())
        return go(request, "/assessments", notice="It is cancelled. Whoever rated in it is told.")
    given = fill(HandingOn, dict(values))
    await stopping.hand_on(row.id, leaves=given.leaves, comes=given.comes, reason=reason, actor=me, now=clock.now())
    return go(request, "/assessments", notice="It is handed on. Both are told.")


async def _parts(row: Assessment, me: Actor) -> dict[str, Any]:
    await row.fetch_related("person")
    raters = (
        await Rater.filter(assessment_id=row.id).exclude(state=LEFT).values("state", "person_id", name="person__name")
    )
    there = [one["person_id"] for one in raters]
    others = await others_who_rate(me.unit_id, without=[*there, row.person_id], day=me.today)
    return {
        "person": row.person.name,
        "parts": [(str(one["person_id"]), one["name"]) for one in raters if one["state"] == "rating"],
        "others": [("", "Choose a name"), *((str(one["id"]), one["name"]) for one in others)],
    }
