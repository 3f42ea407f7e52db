"""Pages of the register: who stood how on a day, as files too, and one entry down to its evidence."""

from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.integrity import damage_of
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.changes import RequestedChange, change
from certificates.evaluations.models import Certificate
from certificates.evaluations.outcome_text import CHOICES, GROUNDS
from certificates.evaluations.standing import WORDS, permitted_change
from certificates.register.entry import entry_of
from certificates.register.exports import as_cells
from certificates.register.register import Question, openable, rows
from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid
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


class ChangeForm(BaseModel):
    """The form that changes the state of a certification."""

    state: Literal["suspended", "restored", "withdrawn"] = Field(title="what should happen")
    reason: str = ""
    grounds: str = ""
    effective: date = Field(title="the first day")
    until: date | None = None


async def register(request: Request) -> Response:
    """Shows who stood how on a day, with filters in the address."""
    me, values = actor(request), dict(request.query_params)
    try:
        asked = question_of(validate(RegisterFilterForm, values), me)
    except Invalid as error:
        shown = await filters_of(me, values)
        return render(request, "register/register.html", 422, problems=error.problems, rows=None, **shown)
    found = await rows(me, asked)
    begins = values.get("from", "0")
    start = int(begins) if begins.isdecimal() and len(begins) < 100 else 0  # Python reads no number of 5,000 digits
    query, listed = urlencode(asked.query()), found[start : start + PAGE_SIZE]
    opens = await openable(me, listed)
    then = urlencode({name: value for name, value in asked.query().items() if name in ("as_of", "known_at")})
    exactly = "exactly this row" if len(found) == 1 else f"exactly these {len(found)} rows"
    return render(
        request,
        "register/register.html",
        rows=[_line(row, f"/register/{row.id}?{then}" if row.id in opens else "") for row in listed],
        total=len(found),
        asked=asked,
        ahead=asked.as_of > me.today,
        next_path=f"/register?{query}&from={start + PAGE_SIZE}" if start + PAGE_SIZE < len(found) else "",
        previous_path=f"/register?{query}&from={max(0, start - PAGE_SIZE)}" if start else "",
        files=[(f"Download {exactly} ({kind.upper()})", f"/register.{kind}?{query}") for kind in KINDS],
        may_audit=me.may("audit"),
        **await filters_of(me, asked.query()),
    )


async def file(request: Request) -> Response:
    """Gives exactly the rows of the question as a file of the kind that the address ends in."""
    me: Actor = actor(request)
    asked = question_of(validate(RegisterFilterForm, dict(request.query_params)), me)
    cells = as_cells(await rows(me, asked), asked, extracted=clock.now())
    kind = request.url.path.rpartition(".")[2]
    return await spreadsheet(f"register-{asked.as_of.isoformat()}", kind, cells)


async def entry(request: Request) -> Response:
    """Opens one row down to its decision, the evidence behind it and every change; posted, changes its state."""
    me: Actor = actor(request)
    given, now = CredentialResources.of(request), clock.now()
    asked_of = question_of(validate(RegisterFilterForm, dict(request.query_params)), me)
    told = await entry_of(me, identity(request), now, asked_of.moment(me.zone))
    found = Certificate.filter(certification_id=told["certification"].id)
    certificate = await found.first().prefetch_related("certification")  # none of an award from before this service
    damage = await damage_of(certificate, keys=given.keys, store=given.store, now=now) if certificate else ""
    told |= {"damage": damage}
    told |= {"grounds": [(one, GROUNDS[one]) for one in ("", *CHOICES)]}
    possible = [(state, CHANGES[state]) for state in CHANGES if permitted_change(told["state"], state)]
    told |= {"may_change": me.may("decide") and bool(possible), "possible": possible, "back": ("Register", "/register")}
    if request.method == "GET":
        return render(request, "register/entry.html", **told)
    values = await form_data(request)
    try:
        asked = validate(ChangeForm, values)
        wanted = RequestedChange(asked.state, asked.reason, asked.effective, asked.until, asked.grounds)
        await change(identity(request), wanted, actor=me, now=now)
    except Invalid as error:
        return render(request, "register/entry.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/register/{identity(request)}", notice="It is changed.")


def question_of(asked: RegisterFilterForm, me: Actor) -> Question:
    """Returns what the filters ask of the register; raises Invalid for a day that nobody can know of yet."""
    today = me.today
    if asked.known_at and asked.known_at > today:
        words = "Enter today or an earlier day. Nobody knows yet what will be known then"
        raise Invalid("There is a problem", problems={"known_at": words})
    return Question(asked.as_of or today, asked.known_at, asked.area, asked.programme, asked.standing)


async def filters_of(me: Actor, values: dict[str, str]) -> dict[str, Any]:
    """Returns what the form with the filters shows."""
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
