"""Pages of the central unit: the register with its files, one entry down to its evidence, and audits."""

import secrets
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Subquery

from certificates.audits import actions
from certificates.audits.models import Audit, AuditCase, visible_to
from certificates.credentials.integrity import damage_of
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.changes import RequestedChange, change
from certificates.evaluations.models import Certificate
from certificates.evaluations.outcome_text import CHOICES, GROUNDS
from certificates.evaluations.standing import WORDS, permitted_change
from certificates.register.entry import entry_of
from certificates.register.exports import as_cells
from certificates.register.history import look_back
from certificates.register.register import Question, openable, rows
from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.sites.models import Area, Programme
from training.web.exports import KINDS, spreadsheet
from training.web.render import actor, form_data, identity, redirect, render, validate

PAGE_SIZE = 100
CHANGES = {"suspended": "Suspend it", "restored": "Restore it", "withdrawn": "Withdraw it for good"}
STANDINGS = [("", "Certified that day"), ("all", "Everybody"), *WORDS.items()]


class RegisterFilterForm(BaseModel):
    """The filters of the register."""

    as_of: date | None = Field(None, title="the day")
    known_at: date | None = Field(None, title="the day it was known")
    area: str = ""
    programme: str = ""
    standing: str = ""


class SampleForm(RegisterFilterForm):
    """The form that draws an audit."""

    title: str = Field(title="a name for the audit", min_length=1, max_length=200)
    size: int = Field(10, title="how many to draw", ge=1, le=500)


class ChangeForm(BaseModel):
    """The form that changes the state of a certification."""

    state: Literal["suspended", "restored", "withdrawn"] = Field(title="what should happen")
    reason: str = ""
    grounds: str = ""
    effective: date = Field(title="the first day")
    until: date | None = None


class FindingForm(BaseModel):
    """The form for one case."""

    finding: str = ""
    reasons: str = ""


async def register(request: Request) -> Response:
    """Shows who stood how on a day, with filters in the address."""
    me, values = actor(request), dict(request.query_params)
    try:
        asked = _question(validate(RegisterFilterForm, values), me)
    except Invalid as error:
        shown = await _filters(me, values)
        return render(request, "audits/register.html", 422, problems=error.problems, rows=None, **shown)
    found = await rows(me, asked)
    begins = values.get("from", "0")
    start = int(begins) if begins.isdecimal() and len(begins) < 100 else 0  # Python reads no number of 5,000 digits
    query, listed = urlencode(asked.query()), found[start : start + PAGE_SIZE]
    opens = await openable(me, listed)
    return render(
        request,
        "audits/register.html",
        rows=[_line(row, f"/register/{row.id}?{_then(asked)}" if row.id in opens else "") for row in listed],
        total=len(found),
        asked=asked,
        ahead=asked.as_of > me.today,
        next_path=f"/register?{query}&from={start + PAGE_SIZE}" if start + PAGE_SIZE < len(found) else "",
        previous_path=f"/register?{query}&from={max(0, start - PAGE_SIZE)}" if start else "",
        files=[(_download(len(found), kind), f"/register.{kind}?{query}") for kind in KINDS],
        may_audit=me.may("audit"),
        **await _filters(me, asked.query()),
    )


def _download(total: int, kind: str) -> str:
    return f"Download {'exactly this row' if total == 1 else f'exactly these {total} rows'} ({kind.upper()})"


async def register_file(request: Request) -> Response:
    """Gives exactly the rows of the question as a file of the kind that the address ends in."""
    me: Actor = actor(request)
    asked = _question(validate(RegisterFilterForm, dict(request.query_params)), me)
    cells = as_cells(await rows(me, asked), asked, extracted=clock.now())
    kind = request.url.path.rpartition(".")[2]
    return await spreadsheet(f"register-{asked.as_of.isoformat()}", kind, cells)


async def entry(request: Request) -> Response:
    """Opens one row down to its decision, the evidence behind it and every change; posted, changes its state."""
    me: Actor = actor(request)
    given, now = CredentialResources.of(request), clock.now()
    asked_of = _question(validate(RegisterFilterForm, dict(request.query_params)), me)
    told = await entry_of(me, identity(request), now, asked_of.moment(me.zone))
    certificate = await Certificate.get(certification_id=told["certification"].id).prefetch_related("certification")
    told |= {"damage": await damage_of(certificate, keys=given.keys, store=given.store, now=now)}
    told |= {"grounds": [(one, GROUNDS[one]) for one in ("", *CHOICES)]}
    possible = [(state, CHANGES[state]) for state in CHANGES if permitted_change(told["state"], state)]
    told |= {"may_change": me.may("decide") and bool(possible), "possible": possible, "back": ("Register", "/register")}
    if request.method == "GET":
        return render(request, "audits/entry.html", **told)
    values = await form_data(request)
    try:
        asked = validate(ChangeForm, values)
        wanted = RequestedChange(asked.state, asked.reason, asked.effective, asked.until, asked.grounds)
        await change(identity(request), wanted, actor=me, now=now)
    except Invalid as error:
        return render(request, "audits/entry.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/register/{identity(request)}", notice="It is changed.")


async def audits(request: Request) -> Response:
    """Lists the audits; posted, draws one."""
    me = actor(request)
    if request.method == "POST":
        values = await form_data(request)
        try:
            asked = validate(SampleForm, values)
            seed = secrets.token_hex(16)
            made = await actions.draw_sample(
                asked.title, _question(asked, me), size=asked.size, seed=seed, actor=me, now=clock.now()
            )
        except Invalid as error:
            shown = await _filters(me, values)
            return render(request, "audits/audits.html", 422, problems=error.problems, audits=await _drawn(me), **shown)
        return redirect(request, f"/audits/{made.id}")
    return render(request, "audits/audits.html", audits=await _drawn(me), **await _filters(me, {}))


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


def _then(asked: Question) -> str:
    return urlencode({name: value for name, value in asked.query().items() if name in ("as_of", "known_at")})


def _question(asked: RegisterFilterForm, me: Actor) -> Question:
    today = me.today
    if asked.known_at and asked.known_at > today:
        words = "Enter today or an earlier day. Nobody knows yet what will be known then"
        raise Invalid("There is a problem", problems={"known_at": words})
    return Question(asked.as_of or today, asked.known_at, asked.area, asked.programme, asked.standing)


async def _filters(me: Actor, values: dict[str, str]) -> dict[str, Any]:
    areas = await Area.filter(unit_id=me.unit_id).order_by("path").values("code", "name", "path")
    programmes = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("slug", "title")
    indented = [(row["code"], "\u2003" * (row["path"].count("/") - 2) + row["name"]) for row in areas]
    shown = {"as_of": me.today.isoformat()} | values
    return {
        "values": shown,
        "areas": [("", "Everywhere"), *indented],
        "programmes": [("", "All programmes"), *programmes],
        "standings": STANDINGS,
    }


def _line(row: Any, path: str) -> list[Any]:
    return [
        {"text": row.name, "path": path},
        row.level,
        row.site,
        row.area,
        {"tag": WORDS[row.standing]},
        day(row.starts),
        day(row.ends) if row.ends else "no end",
        row.serial,
    ]
