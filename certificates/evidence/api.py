"""Records for programs: told of somebody by the rules of the form in the browser, read, corrected, taken back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, Field

from certificates.evidence.actions import MANAGE, Offered, offered_for, tell_evidence
from certificates.evidence.reading import asked_for, typed_entry
from certificates.evidence.rules import CLAIMED, TOLD_AT_ONCE, as_typed, form_for, of_members
from certificates.evidence.views import counts_when, name_of
from certificates.pathways.forms import AttributeField, RecordForm
from training.clients.api import PageQuery, page_of
from training.clients.operations import ApiCall, ApiInput, ApiPage, Day, Operation
from training.core.dates import start_of
from training.core.errors import Invalid, NotFound
from training.parsing.addresses import plain_address
from training.people.merging.models import who_stays
from training.people.models import Person
from training.people.visibility import people_for, person_for
from training.records import actions as records
from training.records.models import Participant, Record, records_visible_to
from training.records.pages import MOST_TO_ONE, person_named
from training.records.rules import Confirmer
from training.sites.models import Programme
from training.web.rate_limits import allow
from training.web.render import identity

MOST_ASKED = ("600/hour", "5000/day")
"""How many records that ask somebody to confirm one program may send."""
READ, WRITE = "records.readonly", "records"
TELLABLE = CLAIMED | TOLD_AT_ONCE
Text = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0b-\x1f]*$")]
Word = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]*$")]
Value = bool | float | Annotated[Text, Field(max_length=200)]
Attributes = Annotated[dict[Word, Value | Annotated[list[Value], Field(max_length=50)]], Field(max_length=50)]


class FormField(BaseModel):
    """One attribute that the rules read of a record."""

    name: str
    kind: str = Field(description="text, number, date or yes_or_no.")
    values: Sequence[str] = Field(description="The values that the rules know; none: any.")
    several: bool = Field(description="Whether it may have several values, as a list.")


class FormShape(BaseModel):
    """One record that the rules of a person's pathways ask for."""

    type: str
    what: str = Field(description="Its name in the rules; none: any name.")
    pathway: str = Field(description="The pathway that it counts in; none: it belongs to the person.")
    title: str
    counts_when: str
    attributes: Sequence[FormField]
    of_members: Sequence[FormField] = Field(description="What is asked of each member of a team (own, co_leader).")


class FormList(BaseModel):
    """What a program can record of somebody."""

    forms: Sequence[FormShape]


async def record_forms(call: ApiCall) -> FormList:
    """Lists what the rules of somebody's pathways let a program record of them."""
    _, offered = await _offered(call, identity(call.request))
    return FormList(
        forms=[
            FormShape(
                type=one.type, what=one.what, pathway=one.pathway, title=name_of(one), counts_when=counts_when(one),
                attributes=_fields(one.fields), of_members=_fields(of_members(one)),
            )
            for one in offered.of(TELLABLE).forms
        ]
    )  # fmt: skip


def _fields(fields: Iterable[AttributeField]) -> list[FormField]:
    return [FormField(name=one.name, kind=one.kind, values=one.values, several=one.several) for one in fields]


async def _offered(call: ApiCall, person_id: UUID) -> tuple[Person, Offered]:
    person = await person_for(call.actor, MANAGE, await who_stays(person_id))
    return person, await offered_for(person, today=call.actor.today)


class NamedPerson(ApiInput):
    """Somebody known here, by id; else their name, with an e-mail address or telephone number by which to ask them."""

    person: UUID | None = None
    name: Annotated[Text, Field(max_length=200)] = ""
    contact: Annotated[Text, Field(max_length=254)] = ""


class CoLeader(NamedPerson):
    """Somebody who led it, too."""

    attributes: Attributes = {}


class RecordBody(ApiInput):
    """A record as it is told: the same as the form in the browser asks."""

    person: UUID
    type: Annotated[str, Field(min_length=1, max_length=20)] = Field(description="As /record-forms lists it.")
    what: Annotated[Text, Field(max_length=200)] = Field("", description="As /record-forms lists it.")
    pathway: Word = Field("", description="Needed where several pathways ask for it.")
    name: Annotated[Text, Field(max_length=120)] = Field("", description="What people call it, such as Tuesday group.")
    began: Day | None = Field(None, alias="from", description="The first day.")
    on: Day | None = Field(None, description="The day on which it was done, or from which it holds.")
    until: Day | None = Field(None, description="The last day.")
    attributes: Attributes = {}
    own: Attributes = Field({}, description="What rules ask of the person as a member of the team.")
    co_leader: CoLeader | None = Field(None, description="Who led it, too.")
    by: NamedPerson | None = Field(None, description="Who supervised, taught or vouched.")
    confirmer: NamedPerson | None = Field(None, description="Who is asked to confirm it; else `by`, else co_leader.")
    about: UUID | None = Field(None, description="The record of a group that this is about.")
    reason: Annotated[Text, Field(max_length=2000)] = ""
    note: Annotated[Text, Field(max_length=4000)] = ""
    replaces: UUID | None = Field(None, description="Your record that this one corrects.")
    why: Annotated[Text, Field(max_length=2000)] = Field("", description="What was wrong with it.")


class NamedShape(BaseModel):
    """Somebody who took part."""

    person: UUID | None
    name: str


class RecordShape(BaseModel):
    """One record, and whether it counts."""

    id: UUID
    person: UUID | None
    site: UUID | None = Field(description="The site whose record it is, where it is nobody's.")
    programme: str = Field(description="Slug of the programme that it counts in; none: it belongs to the person.")
    type: str
    what: str
    name: str
    began: date | None = Field(serialization_alias="from")
    on: date | None
    until: date | None
    attributes: dict[str, Any]
    team: Sequence[NamedShape]
    by: Sequence[NamedShape]
    about: UUID | None
    state: Literal["counts", "waiting", "disputed"]
    recorded: datetime
    replaces: UUID | None
    yours: bool = Field(description="Whether you told it, so that you can correct it and take it back.")


async def tell_record(call: ApiCall) -> RecordShape:
    """Records what somebody did or holds, by the rules of the form in the browser; people confirm it."""
    asked: RecordBody = call.body
    person, offered = await _offered(call, asked.person)
    values = await _as_form(asked, call)
    form = form_for(asked_for(values), offered.forms)
    if form is None:
        field = "what" if any(one.type == asked.type for one in offered.forms) else "type"
        words = f"The rules ask for no such record. /api/v1/people/{person.id}/record-forms lists what they ask for"
        raise Invalid("There is a problem with what was sent.", problems={field: words})
    try:
        values |= _typed(asked.attributes, form.fields, "attributes", "result")
        _typed(asked.own, of_members(form), "own")
        _typed(asked.co_leader.attributes if asked.co_leader else {}, of_members(form), "co_leader.attributes")
        shown = await typed_entry(form, values, offered, claimed=form.type in CLAIMED)
        confirmer = person_named(values, "confirmer")
        await _count_asking(call, next(filter(None, (confirmer, *shown.by, *shown.team)), None))
        row = await tell_evidence(
            person, shown, offered, actor=call.actor, now=call.now, key=_key(call), confirmer=confirmer,
            replaces=asked.replaces, why=asked.why,
        )  # fmt: skip
    except Invalid as wrong:
        raise Invalid("There is a problem with what was sent.", problems=_placed(wrong.problems, form)) from wrong
    return (await _shapes(call, [row]))[0]


async def _as_form(asked: RecordBody, call: ApiCall) -> dict[str, Any]:
    """Gives what was sent as the form in the browser sends it; refuses people whom the program does not reach."""
    days = {"from": asked.began, "on": asked.on, "until": asked.until}
    values: dict[str, Any] = {name: found.isoformat() for name, found in days.items() if found}
    values |= {name: getattr(asked, name) for name in ("type", "what", "pathway", "name", "reason", "note", "why")}
    values |= {"about": str(asked.about)} if asked.about else {}
    values |= {f"own_{name}": as_typed(value) for name, value in asked.own.items()}
    for part in ("co_leader", "by", "confirmer"):
        one: NamedPerson | None = getattr(asked, part)
        if one is None:
            continue
        if one.person and not await people_for(call.actor, MANAGE).filter(id=one.person).exists():
            problems = {part: "There is no such person among yours"}
            raise Invalid("There is a problem with what was sent.", problems=problems)
        values |= {part: str(one.person or "other"), f"{part}_name": one.name, f"{part}_contact": one.contact}
        attributes = one.attributes if isinstance(one, CoLeader) else {}
        values |= {f"{part}_{name}": as_typed(value) for name, value in attributes.items()}
    return values


def _typed(attributes: Mapping[str, Any], fields: Iterable[AttributeField], field: str, *more: str) -> dict[str, Any]:
    """Gives attributes as they are typed; refuses those that the form does not ask, and several values for one."""
    several = dict.fromkeys(more, False) | {one.name: one.several for one in fields}
    problems = {f"{field}.{name}": "This record has no such attribute" for name in attributes if name not in several}
    problems |= {
        f"{field}.{name}": "This has one value"
        for name, value in attributes.items()
        if isinstance(value, list) and len(value) > 1 and not several.get(name, True)
    }
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return {name: as_typed(value) for name, value in attributes.items()}


def _placed(problems: Mapping[str, str], form: RecordForm) -> dict[str, str]:
    """Names the fields at fault as they were sent."""
    members = of_members(form)
    places = {f"own_{one.name}": f"own.{one.name}" for one in members}
    places |= {f"co_leader_{one.name}": f"co_leader.attributes.{one.name}" for one in members}
    places |= {name: f"attributes.{name}" for name in ("result", *(one.name for one in form.fields))}
    return {places.get(name, "type" if name == "form" else name): words for name, words in problems.items()}


async def _count_asking(call: ApiCall, confirmer: Confirmer | None) -> None:
    for limit in MOST_ASKED if confirmer else ():
        await allow("ask to confirm", str(call.actor.person_id), limit=limit, now=call.now)
    if confirmer and confirmer.contact:
        await allow("be asked to confirm", plain_address(confirmer.contact), limit=MOST_TO_ONE, now=call.now)


def _key(call: ApiCall) -> UUID:
    """Names what was sent under its key: once the key is forgotten, it may come again with something else."""
    told = f"{call.request.url.path} {call.request.headers['idempotency-key']} {call.body.model_dump_json()}"
    return uuid5(call.actor.person_id, told)


class RecordQuery(PageQuery):
    """Which records are asked for."""

    person: UUID | None = None
    programme: Word = Field("", description="Slug of a programme.")
    type: Word = ""
    since: Day | None = Field(None, description="Those alone that were recorded on this day or later.")


class RecordPage(ApiPage):
    """One page of records."""

    records: Sequence[RecordShape]


async def list_records(call: ApiCall) -> RecordPage:
    """Lists the records that stand of the people and sites that the program may see, by their ids."""
    asked: RecordQuery = call.query
    found = records_visible_to(call.actor)
    if asked.person:
        found = found.filter(person_id=await who_stays(asked.person))
    if asked.programme:
        found = found.filter(programme__slug=asked.programme)
    if asked.type:
        found = found.filter(type=asked.type)
    if asked.since:
        found = found.filter(recorded__gte=start_of(asked.since, call.actor.zone))
    rows, following = await page_of(call, found, "id")
    shown = await Record.filter(id__in=[row["id"] for row in rows]).order_by("id")
    return RecordPage(records=await _shapes(call, shown), next=following)


async def record(call: ApiCall) -> RecordShape:
    """Gives a record that stands, and whether it counts."""
    row = await records_visible_to(call.actor).get_or_none(id=identity(call.request))
    if row is None:
        raise NotFound("There is no such record.", "It may have been corrected. Look at the list again.")
    return (await _shapes(call, [row]))[0]


async def _shapes(call: ApiCall, rows: Sequence[Record]) -> list[RecordShape]:
    slugs = dict(await Programme.filter(unit_id=call.actor.unit_id).values_list("id", "slug"))
    people: dict[tuple[UUID, str], list[NamedShape]] = {}
    named = Participant.filter(record_id__in=[row.id for row in rows]).exclude(name="").order_by("id")
    for one in await named:
        people.setdefault((one.record_id, one.part), []).append(NamedShape(person=one.person_id, name=one.name))
    return [
        RecordShape(
            id=row.id, person=row.person_id, site=row.holder_site_id, type=row.type, what=row.what, name=row.name,
            programme=slugs[row.programme_id] if row.programme_id else "", began=row.began, on=row.on,
            until=row.until, attributes={**row.attributes}, team=people.get((row.id, "team"), []),
            by=people.get((row.id, "by"), []), about=row.about_id, state=_state(row), recorded=row.recorded,
            replaces=row.replaces_id, yours=row.program_id == call.actor.person_id,
        )
        for row in rows
    ]  # fmt: skip


def _state(row: Record) -> Literal["counts", "waiting", "disputed"]:
    if row.counts_at_once or row.state == "confirmed":
        return "counts"
    return "disputed" if row.state == "disputed" else "waiting"


class WithdrawalBody(ApiInput):
    """Why a record is taken back."""

    reason: Annotated[Text, Field(min_length=1, max_length=2000)]


class WithdrawalShape(BaseModel):
    """A record that was taken back."""

    id: UUID = Field(description="The entry that takes it back.")
    record: UUID
    reason: str


async def withdraw_record(call: ApiCall) -> WithdrawalShape:
    """Takes back a record that the program told itself; it stays in the past."""
    asked: WithdrawalBody = call.body
    told = records_visible_to(call.actor).filter(program_id=call.actor.person_id)
    row = await told.get_or_none(id=identity(call.request))
    if row is None:
        raise NotFound("You have told no such record that stands.", "Look at the list of records again.")
    made = await records.take_back(row, reason=asked.reason, key=_key(call), actor=call.actor, now=call.now)
    return WithdrawalShape(id=made.id, record=row.id, reason=made.reason)


FORMS = Operation(record_forms, WRITE, "List what can be recorded of somebody, by their rules", FormList)
TELL = Operation(
    tell_record, WRITE, "Record what somebody did or holds", RecordShape, body=RecordBody,
    links={"withdraw_record": {"id": "$response.body#/id"}},
)  # fmt: skip
RECORDS = Operation(
    list_records, READ, "List records", RecordPage, RecordQuery,
    links={"record": {"id": "$response.body#/records/0/id"}},
)  # fmt: skip
RECORD = Operation(record, READ, "Read a record", RecordShape)
WITHDRAW = Operation(withdraw_record, WRITE, "Take back a record that you told", WithdrawalShape, body=WithdrawalBody)
