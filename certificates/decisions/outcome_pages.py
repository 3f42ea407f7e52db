"""Pages of what was decided: the holder reads one outcome and may object; the central unit answers an objection."""

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.decisions import objections, outcomes
from certificates.evaluations.models import Objection, StateChange, objections_visible_to
from training.core import clock
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit
from training.web.render import actor, form_data, identity, redirect, render, validate

FINDINGS = [("upheld", "It stands"), ("overturned", "It was wrong, and falls")]


class ObjectionForm(BaseModel):
    """The form with which somebody objects."""

    words: str = Field("", max_length=5000)


class ObjectionAnswerForm(BaseModel):
    """The form that answers an objection."""

    finding: str = ""
    reasons: str = Field("", max_length=5000)


async def outcome(request: Request) -> Response:
    """Shows the holder what was decided, from when and why; posted, keeps that they object."""
    me: Actor = actor(request)
    now = clock.now()
    found, made = await objections.outcome_about(me, identity(request))
    held = made.certification if isinstance(made, StateChange) else made
    page = ("My pathway", "/pathways") if held.person_id else ("Licences", f"/sites/{held.holder_site_id}/licences")
    told: dict[str, Any] = {
        "outcome": found,
        "today": local_day(now, me.zone),
        "unit": await CentralUnit.get(id=me.unit_id),
        "back": page,
    }
    if request.method == "GET":
        return render(request, "decisions/outcome.html", **told)
    values = await form_data(request)
    try:
        await objections.object_to(identity(request), words=validate(ObjectionForm, values).words, actor=me, now=now)
    except Invalid as error:
        return render(request, "decisions/outcome.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/certificates/outcomes/{identity(request)}")


async def objection(request: Request) -> Response:
    """Shows what somebody says against a decision; posted, answers it."""
    me: Actor = actor(request)
    told = await _objection(me, request)
    if request.method == "GET":
        return render(request, "decisions/objection.html", **told)
    values = await form_data(request)
    try:
        given = validate(ObjectionAnswerForm, values)
        await objections.answer(
            identity(request), finding=given.finding, reasons=given.reasons, actor=me, now=clock.now()
        )  # fmt: skip
    except Invalid as error:
        return render(request, "decisions/objection.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/certificates/decisions", notice="Answered. The person will be told.")


async def _objection(me: Actor, request: Request) -> dict[str, Any]:
    found = await objections_visible_to(me).get_or_none(id=identity(request)).prefetch_related(
        "person", "holder_site", "decision__pathway", "decision__objection", "change__objection"
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such objection.", "Look at the list of decisions again.")
    by = found.decision.decided_by_id if found.decision else found.change and found.change.actor_id
    decider = await Person.get_or_none(id=by) if by else None
    return {
        "objection": found,
        "outcome": await _about(found),
        "decider": decider.name if decider else "the rules",
        "own_decision": by == me.person_id,
        "findings": FINDINGS,
        "back": ("Decisions", "/certificates/decisions"),
    }


async def _about(found: Objection) -> outcomes.Outcome:
    if found.decision:
        return await outcomes.of_decision(found.decision)
    assert found.change is not None
    return await outcomes.of_change(found.change)
