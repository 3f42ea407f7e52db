"""The page of an assessment that cannot go on: hand a part on to somebody else, ask one more, or cancel it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.assessments import cancellation
from training.assessments.actions import own_rating
from training.assessments.cancellation import OPEN_STATES
from training.assessments.deadlines.actions import extend, sign_by
from training.assessments.deadlines.rules import DAYS
from training.assessments.eligible import others_who_rate
from training.assessments.models import LEFT, Assessment, Rater
from training.core import clock
from training.core.errors import Conflict, Invalid, NotAllowed
from training.people.actor import Actor
from training.people.lists.shortlists import person_shortlist
from training.web.render import actor, form_data, identity, redirect, render, validate


class HandingOn(BaseModel):
    """Whose part goes to whom."""

    leaves: UUID = Field(title="whose part it is")
    comes: UUID = Field(title="who rates in their place")


class OneMore(BaseModel):
    """Who is asked to rate, too."""

    another: UUID = Field(title="who else rates")


async def stop(request: Request) -> Response:
    """Shows what can be done with an assessment that cannot go on; posted, does it."""
    me: Actor = actor(request)
    rater, _ = await own_rating(identity(request), me)
    row: Assessment = rater.assessment
    where = f"/assessments/{row.id}"
    if row.state not in OPEN_STATES:
        return redirect(request, where)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            reason = str(values.get("reason", ""))
            if values.get("step") == "cancel":
                await cancellation.cancel(row.id, reason=reason, actor=me, now=clock.now())
                return redirect(request, "/assessments", notice="It is cancelled. Whoever rated in it is told.")
            if values.get("step") == "extend":
                await extend(row.id, actor=me, now=clock.now())
                return redirect(request, where, notice=f"You have {DAYS} more days.")
            if values.get("step") == "ask another":
                asked = validate(OneMore, dict(values))
                await cancellation.ask_another(row.id, comes=asked.another, actor=me, now=clock.now())
                return redirect(request, where, notice="One more is asked to rate. They are told by mail.")
            given = validate(HandingOn, dict(values))
            await cancellation.hand_on(
                row.id, leaves=given.leaves, comes=given.comes, reason=reason, actor=me, now=clock.now()
            )
            return redirect(request, "/assessments", notice="It is handed on. Both are told.")
        except Invalid as wrong:
            problems = wrong.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": str(refused)}
    told = {"path": f"{where}/stop", "back": ("The assessment", where), **await _parts(row, me, values)}
    return render(request, "assessments/stop.html", 422 if problems else 200, values=values, problems=problems, **told)


async def _parts(row: Assessment, me: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    await row.fetch_related("person")
    raters = (
        await Rater.filter(assessment_id=row.id).exclude(state=LEFT).values("state", "person_id", name="person__name")
    )
    there = [one["person_id"] for one in raters]
    others = others_who_rate(me.unit_id, without=[*there, row.person_id], day=me.today)
    return {
        "person": row.person.name,
        "waits": row.state == "open",
        "sign_by": sign_by(row, me.zone),
        "more_days": 0 if row.extended else DAYS,
        "parts": [(str(one["person_id"]), one["name"]) for one in raters if one["state"] == "rating"],
        "others": await person_shortlist(others, values, "comes", day=me.today, ask="Choose a name", named=True),
        "another": await person_shortlist(others, values, "another", day=me.today, ask="Choose a name", named=True),
    }
