"""Pages of audits: samples drawn from the register, their cases, and what was found."""

import secrets
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery

from certificates.audits import actions
from certificates.audits.models import Audit, AuditCase, visible_to
from certificates.register.entry import entry_of
from certificates.register.history import look_back
from certificates.register.pages import RegisterFilterForm, filters_of, question_of
from certificates.register.register import Question
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render, validate


class SampleForm(RegisterFilterForm):
    """The form that draws an audit."""

    title: str = Field(title="a name for the audit", min_length=1, max_length=200)
    size: int = Field(10, title="how many to draw", ge=1, le=500)


class FindingForm(BaseModel):
    """The form for one case."""

    finding: str = ""
    reasons: str = ""


async def audits(request: Request) -> Response:
    """Lists the audits; posted, draws one."""
    me = actor(request)
    if request.method == "POST":
        values = await form_data(request)
        try:
            asked = validate(SampleForm, values)
            seed = secrets.token_hex(16)
            made = await actions.draw_sample(
                asked.title, question_of(asked, me), size=asked.size, seed=seed, actor=me, now=clock.now()
            )
        except Invalid as error:
            shown = await filters_of(me, values)
            return render(request, "audits/audits.html", 422, problems=error.problems, audits=await _drawn(me), **shown)
        return redirect(request, f"/audits/{made.id}")
    return render(request, "audits/audits.html", audits=await _drawn(me), **await filters_of(me, {}))


async def _drawn(me: Actor) -> list[dict[str, Any]]:
    listed = await visible_to(me).order_by("-drawn").prefetch_related("cases")
    return [
        {
            "title": one.title,
            "path": f"/audits/{one.id}",
            "drawn": one.drawn,
            "size": len(one.cases),
            "open": sum(case.finding == "open" for case in one.cases),
        }
        for one in listed
    ]


async def audit(request: Request) -> Response:
    """Shows an audit with its cases."""
    found = await _audit(request)
    me: Actor = actor(request)
    drawn = AuditCase.filter(audit=found).order_by("position")
    moment, people = Question.kept(found.asked).moment(me.zone), Subquery(drawn.values("certification__person_id"))
    then = await look_back(me.unit_id, moment, people=people)
    cases = await drawn.values(
        "id", "finding", "position", name="certification__person__name", level="certification__level_title",
        person="certification__person_id", site="certification__site_id",
    )  # fmt: skip
    told = [
        one | {"name": then.name(one["person"], one["name"]), "site": then.place_of(one["person"], one["site"]).site}
        for one in cases
    ]
    return render(request, "audits/audit.html", audit=found, cases=told, back=("Audits", "/audits"))


async def case(request: Request) -> Response:
    """Shows one case with its evidence; posted, records the finding."""
    me, found = actor(request), await _audit(request)
    one = await AuditCase.get_or_none(id=identity(request, "case"), audit=found)
    if one is None:
        raise NotFound("There is no such case.", "Look at the audit again.")
    told: dict[str, Any] = {"audit": found, "case": one, "back": (found.title, f"/audits/{found.id}")}
    asked_of = Question.kept(found.asked).moment(me.zone)
    told |= await entry_of(me, one.certification_id, clock.now(), asked_of)
    if request.method == "GET":
        return render(request, "audits/case.html", **told)
    values = await form_data(request)
    try:
        asked = validate(FindingForm, values)
        await actions.find(one.id, finding=asked.finding, reasons=asked.reasons, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "audits/case.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/audits/{found.id}", notice="The finding is recorded.")


async def _audit(request: Request) -> Audit:
    found = await visible_to(actor(request)).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such audit.", "Look at the list of audits.")
    return found
