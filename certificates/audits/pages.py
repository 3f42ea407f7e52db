"""Pages of audits: samples drawn from the register, their cases, and what was found."""

import secrets
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from certificates.audits import actions
from certificates.audits.models import Audit, AuditCase, visible_to
from certificates.register.entry import entry_of
from certificates.register.history import look_back
from certificates.register.pages import RegisterFilterForm, filters_of, question_of
from certificates.register.register import RegisterFilter
from training.core import clock
from training.core.dates import day, local_day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render, validate


class SampleForm(RegisterFilterForm):
    """The form that draws an audit."""

    title: str = Field(title="a name for the audit", min_length=1, max_length=200)
    size: int = Field(10, title="how many to draw", ge=1, le=500)


class FindingForm(BaseModel):
    """The form for one case."""

    finding: str = ""
    reasons: str = ""


AUDITS = PagedList(
    "/audits",
    "Audits",
    ("audit", "audits"),
    (
        ListColumn("title", "Audit", ListSort("title", fold=True),
                   cell=lambda row: {"text": row["title"], "path": f"/audits/{row['id']}"}),
        ListColumn("on", "Drawn", ListSort("drawn", "moment"), cell=lambda row: day(row["on"])),
        ListColumn("size", "Cases", ListSort("size", "number", late=True), number=True),
        ListColumn("open", "Still open", ListSort("open", "number", late=True), number=True),
    ),
    (ListFilter("query", "Name of the audit", lambda _, part: Q(title__icontains=part)),),
    fields=("title", "drawn"),
    first_sort="-on",
)  # fmt: skip


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
            shown = await filters_of(me, values) | {"problems": error.problems, "status": 422}
            return await answer_list(request, "audits/audits.html", AUDITS, visible_to(me), complete=_sized, **shown)
        return redirect(request, f"/audits/{made.id}")
    shown = await filters_of(me, {})
    return await answer_list(request, "audits/audits.html", AUDITS, visible_to(me), complete=_sized, **shown)


async def _sized(rows: list[Row], me: Actor) -> list[Row]:
    """Adds to some audits on which day each was drawn, and how many cases it has, how many of them open."""
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    cases = AuditCase.filter(audit_id__in=[row["id"] for row in rows]).annotate(number=Count("id"))
    for one in await cases.group_by("audit_id", "finding").values("audit_id", "finding", "number"):
        found[one["audit_id"]][one["finding"]] = one["number"]
    return [
        row | {"on": local_day(row["drawn"], me.zone), "size": found[row["id"]].total(),
               "open": found[row["id"]]["open"]}
        for row in rows
    ]  # fmt: skip


async def audit(request: Request) -> Response:
    """Shows an audit with its cases."""
    found = await _audit(request)
    me: Actor = actor(request)
    drawn = AuditCase.filter(audit=found).order_by("position")
    moment, people = (
        RegisterFilter.kept(found.asked).moment(me.zone),
        Subquery(drawn.values("certification__person_id")),
    )
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
    asked_of = RegisterFilter.kept(found.asked).moment(me.zone)
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
