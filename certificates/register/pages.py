"""Pages of the register: who stood how on a day, as files too, and one entry down to its evidence."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.integrity import damage_of
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.changes import RequestedChange, change
from certificates.evaluations.models import latest_certificate
from certificates.evaluations.outcome_text import CHOICES, GROUNDS
from certificates.evaluations.standing import WORDS, permitted_change
from certificates.register.entry import entry_of
from certificates.register.exports import HEADINGS, as_cells
from certificates.register.history import places_then
from certificates.register.register import DAYS, READ, RegisterFilter, certifications_on, openable, pieces, told
from certificates.reliance.questions import question_of as reliance_on
from certificates.reliance.questions import relying
from training.assessments.models import Signature
from training.batches.resources import BatchResources
from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid
from training.parsing.csv import day as read_day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.lists.shortlists import areas_in_order
from training.sites.models import Programme
from training.web.exports import list_file
from training.web.languages import NAMES
from training.web.lists import ListColumn, ListFilter, ListSort, ListView, PagedList, Row, view_of
from training.web.render import actor, form_data, identity, redirect, render, validate

CHANGES = {"suspended": "Suspend it", "restored": "Restore it", "withdrawn": "Withdraw it for good"}
STANDINGS = [("", "Certified that day"), ("all", "Everybody"), *WORDS.items()]

SHARED = ("as_of", "known_at", "area", "programme")
"""What the register and the figures ask for alike."""


class RegisterFilterForm(BaseModel):
    """What is asked of the register where a mistake must not be passed over: what an audit is drawn from, say."""

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


REGISTER = PagedList(
    "/register",
    "Register",
    ("entry", "entries"),
    (
        ListColumn("name", "Name", ListSort("named", nullable=True),
                   cell=lambda row: {"text": row["name"], "path": row["path"]}),
        ListColumn("level", "Certified as", ListSort("level_title")),
        ListColumn("site", "Site", ListSort("site_named", nullable=True)),
        ListColumn("area", "Area", ListSort("area_named", nullable=True)),
        ListColumn("standing", "Standing", ListSort("standing"), text=lambda row: WORDS[row["standing"]],
                   cell=lambda row: {"tag": WORDS[row["standing"]]}),
        ListColumn("starts", "From", ListSort("starts", "day"), cell=lambda row: day(row["starts"])),
        ListColumn("ends", "Until", ListSort("ends", "day", nullable=True),
                   cell=lambda row: day(row["ends"]) if row["ends"] else "no end"),
        ListColumn("serial", "Serial", ListSort("serial", nullable=True)),
    ),
    (
        ListFilter("name", "Name"),
        ListFilter("as_of", "On the day", kind="day", today=True),
        ListFilter("known_at", "As known on", kind="day"),
        ListFilter("area", "Area", choices={}),
        ListFilter("programme", "Programme", choices={}),
        ListFilter("standing", "Standing", choices=dict(STANDINGS)),
        ListFilter("site", "Site"),
        ListFilter("at", "Code of the site"),
        ListFilter("level", "Certified as, in full"),
        ListFilter("ends_from", "Ends on or after", kind="day"),
        ListFilter("ends_by", "Ends on or before", kind="day"),
        ListFilter("reads", "Language", choices={}),
        ListFilter("background", "Background"),
    ),
    fields=READ,
    first_sort="name",
    page_size=100,
)  # fmt: skip


async def register(request: Request) -> Response:
    """Shows who stood how on a day, with filters in the address."""
    me: Actor = actor(request)
    listing = await offered_to(me)
    asked = _question(view_of(listing, request.query_params), me)
    found, places = await certifications_on(me, asked), await places_then(me.unit_id, asked.moment(me.zone))
    then = urlencode({name: value for name, value in asked.query().items() if name in ("as_of", "known_at")})
    offers = BatchResources.of(request).offered(me, "register")

    async def complete(rows: list[Row], me: Actor) -> list[Row]:
        known = await told(rows, places)
        opens = await openable(me, [row.id for row in known])
        return [asdict(row) | {"path": f"/register/{row.id}?{then}" if row.id in opens else ""} for row in known]

    return await answer_list(
        request, "register/register.html", listing, found, complete=complete, choose=bool(offers), offers=offers,
        query=urlencode(asked.query()), asked=asked, ahead=asked.as_of > me.today, may_audit=me.may("audit"),
        everybody=f"/register?standing=all&as_of={asked.as_of}",
        figures=f"/figures?{urlencode({name: asked.query()[name] for name in SHARED if name in asked.query()})}",
    )  # fmt: skip


async def file(request: Request) -> Response:
    """Gives exactly the rows of the question as a file of the kind that the address ends in."""
    me: Actor = actor(request)
    asked = await filtered(request.query_params, me)
    extracted, kind = clock.now(), request.url.path.rpartition(".")[2]
    cells = (as_cells(piece, asked, extracted=extracted) async for piece in pieces(me, asked))
    return await list_file(f"register-{asked.as_of.isoformat()}", kind, cells, columns=HEADINGS, head=[])


async def entry(request: Request) -> Response:
    """Opens one row down to its decision, the evidence behind it and every change; posted, changes its state."""
    me: Actor = actor(request)
    given, now = CredentialResources.of(request), clock.now()
    then = _question(view_of(REGISTER, request.query_params), me).moment(me.zone)
    told = await entry_of(me, identity(request), now, then)
    certificate = await latest_certificate(told["certification"].id)  # none of an award from before this service
    damage = await damage_of(certificate, keys=given.keys, store=given.store, now=now) if certificate else ""
    told |= {"damage": damage, "relying": await _relying(told["certification"].person_id, me)}
    told |= {"grounds": [(one, GROUNDS[one]) for one in ("", *CHOICES)]}
    possible = [(state, CHANGES[state]) for state in CHANGES if permitted_change(told["state"], state)]
    own = told["certification"].person_id == me.person_id
    told |= {"may_decide": me.may("decide") and not own}
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
    anew = asked.state == "withdrawn" and asked.grounds == "mistake"
    more = " If somebody decided it and all is met, the case waits for a decision again." if anew else ""
    return redirect(request, f"/register/{identity(request)}", notice=f"It is changed.{more}")


async def _relying(person_id: UUID | None, me: Actor) -> int:
    """Counts the certificates that rely on assessments by whoever holds this one."""
    if person_id is None or not me.may("decide") or not await Signature.filter(person_id=person_id).exists():
        return 0
    return await relying(me, await reliance_on({"assessor": str(person_id)}, me)).count()


async def filtered(asked: Mapping[str, str], me: Actor) -> RegisterFilter:
    """Returns what the filters of an address ask of the register."""
    return _question(view_of(await offered_to(me), asked), me)


async def offered_to(me: Actor) -> PagedList:
    """Gives the register with what it can be narrowed to."""
    offered = await filters_of(me, {})
    return REGISTER.offering(
        area=dict(offered["areas"]), programme=dict(offered["programmes"]), reads={"": "Any language", **NAMES}
    )


def _question(view: ListView, me: Actor) -> RegisterFilter:
    """Reads the question from the filters; of what will be known later, today's answer is all that there is."""
    days = {name: read_day(view.filters.get(name, "")) for name in DAYS}
    known = days["known_at"] and min(days["known_at"], me.today)
    texts = {name: text for name, text in view.filters.items() if name not in days}
    asked: dict[str, Any] = {**days, **texts, "as_of": days["as_of"] or me.today, "known_at": known}
    return RegisterFilter(**asked)


def question_of(asked: RegisterFilterForm, me: Actor) -> RegisterFilter:
    """Returns what is asked of the register; raises Invalid for a day that nobody can know of yet."""
    today = me.today
    if asked.known_at and asked.known_at > today:
        words = "Enter today or an earlier day. Nobody knows yet what will be known then"
        raise Invalid("There is a problem", problems={"known_at": words})
    return RegisterFilter(asked.as_of or today, asked.known_at, asked.area, asked.programme, asked.standing)


async def filters_of(me: Actor, values: dict[str, str]) -> dict[str, Any]:
    """Returns what a form shows that asks of the register."""
    programmes = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("slug", "title")
    shown = {"as_of": me.today.isoformat()} | values
    return {
        "values": shown,
        "areas": [("", "Everywhere"), *await areas_in_order(me.unit_id)],
        "programmes": [("", "All programmes"), *programmes],
    }
