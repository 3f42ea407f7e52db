"""Pages of evidence shown on paper: what is recorded and what can be, the form of one thing, correct, take back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from certificates.evaluations.manual_evidence import (
    Offered,
    correct_evidence,
    offered_for,
    record_evidence,
    standing_record,
    take_back_evidence,
)
from certificates.evaluations.models import RecordedEvidence
from certificates.evaluations.typed_records import (
    ENDING,
    OTHER,
    REASONED,
    TypedEvidence,
    form_for,
    is_done,
    typed_attributes,
)
from certificates.evaluations.verdict_text import KINDS, plain
from certificates.pathways.forms import Field as AskedField
from certificates.pathways.forms import RecordForm
from certificates.pathways.language.titles import title_of
from training.core import clock
from training.core.errors import Invalid, NotFound
from training.parsing.keywords import YES_OR_NO
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render, validate


class RecordFields(BaseModel):
    """What every form of a record has; its attributes stand beside them under their own names."""

    key: UUID | None = None
    type: str = Field("", title="what it is")
    what: str = Field(title="its name")
    pathway: str = ""
    on: date | None = Field(None, title="the day")
    until: date | None = Field(None, title="the last day")
    reason: str = Field("", max_length=2000)
    why: str = Field("", max_length=2000)


class Withdrawal(BaseModel):
    """Why a record is taken back."""

    key: UUID | None = None
    why: str = Field("", max_length=2000)


async def evidence(request: Request) -> Response:
    """Shows what is recorded of a person and what more can be, or the form of one thing; posted, records it."""
    me: Actor = actor(request)
    person = await _person(request)
    offered, path = await offered_for(person, today=me.today), f"/pathways/of/{person.id}/evidence"
    asked: Mapping[str, Any] = request.query_params
    if request.method == "GET":
        form = form_for(_asked(asked), offered.forms) if "type" in asked else None
        if form is None:
            return await _list(request, person, offered)
        return _form_page(request, person, form, offered, {**_hidden(asked, form), "key": str(uuid4())})
    values = await form_data(request)
    form = form_for(_asked(values), offered.forms)
    try:
        given = validate(RecordFields, values)
        shown = _shown(given, form, values)
        await record_evidence(person.id, shown, actor=me, now=clock.now(), key=given.key)
    except Invalid as error:
        if form is None:
            return await _list(request, person, offered, error.problems)
        return _form_page(request, person, form, offered, values, problems=error.problems)
    return redirect(request, path, notice="Recorded.")


async def correct(request: Request) -> Response:
    """Shows a record as it was typed; posted, writes what is right beside it."""
    me: Actor = actor(request)
    person = await _person(request)
    old, offered = await _standing(request, person, me), await offered_for(person, today=me.today)
    path = f"/pathways/of/{person.id}/evidence"
    slugs = {version.programme_id: slug for slug, version in offered.versions.items()}
    before = TypedEvidence(
        old.type, old.what, old.on, pathway=slugs.get(old.programme_id, "") if old.programme_id else ""
    )
    values: Mapping[str, Any] = _typed_before(old, before)
    problems: Mapping[str, str] = {}
    form = form_for(before, offered.forms)
    if request.method == "POST":
        values = await form_data(request)
        form = form_for(_asked(values), offered.forms)
        try:
            given = validate(RecordFields, dict(values))
            shown = _shown(given, form, values)
            await correct_evidence(old.id, shown, why=given.why, actor=me, now=clock.now(), key=given.key)
            return redirect(request, path, notice="Corrected.")
        except Invalid as error:
            problems = error.problems
    if form is None:
        raise NotFound("No pathway asks for this any more.", "You can take it back, and record what is right.")
    return _form_page(request, person, form, offered, values, problems=problems, correcting=f"{path}/{old.id}/correct")


async def take_back(request: Request) -> Response:
    """Asks why a record is taken back; posted, takes it back."""
    me: Actor = actor(request)
    person = await _person(request)
    old, path = await _standing(request, person, me), f"/pathways/of/{person.id}/evidence"
    values: Mapping[str, Any] = {"key": str(uuid4())}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(Withdrawal, dict(values))
            await take_back_evidence(old.id, why=given.why, actor=me, now=clock.now(), key=given.key)
            return redirect(request, path, notice="Taken back.")
        except Invalid as error:
            problems = error.problems
    told = {"name": plain(old.what), "path": f"{path}/{old.id}/take-back", "back": (_title(person), path)}
    status = 422 if problems else 200
    return render(request, "certificates/evidence_take_back.html", status, values=values, problems=problems, **told)


async def _person(request: Request) -> Person:
    return await person_for(actor(request), "manage people", identity(request))


async def _standing(request: Request, person: Person, me: Actor) -> RecordedEvidence:
    old = await standing_record(identity(request, "record"), me)
    if old.person_id != person.id:
        raise NotFound("There is no such record.", "Look at the list again.")
    return old


def _title(person: Person) -> str:
    return f"{person.name}: evidence on paper"


def _asked(values: Mapping[str, Any]) -> TypedEvidence:
    type_, what, pathway = (str(values.get(name, "")) for name in ("type", "what", "pathway"))
    return TypedEvidence(type_, what, None, pathway=pathway)


def _hidden(values: Mapping[str, Any], form: RecordForm) -> dict[str, str]:
    return {"type": form.type, "what": form.what or str(values.get("what", "")), "pathway": form.pathway}


def _shown(given: RecordFields, form: RecordForm | None, values: Mapping[str, Any]) -> TypedEvidence:
    attributes, problems = typed_attributes(form, values) if form else ({}, {})
    if problems:
        raise Invalid("There is a problem", problems=problems)
    return TypedEvidence(
        given.type, given.what, given.on, given.until, pathway=given.pathway, reason=given.reason, attributes=attributes
    )


def _typed_before(old: RecordedEvidence, before: TypedEvidence) -> dict[str, Any]:
    """Gives what the form of a record would have had in its fields."""
    typed_ones = {
        name: {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        for name, value in old.attributes.items()
    }
    days = {"on": old.on.isoformat() if old.on else "", "until": old.until.isoformat() if old.until else ""}
    named = {"type": old.type, "what": old.what, "pathway": before.pathway}
    return {**typed_ones, **days, **named, "key": str(uuid4())}


def _form_page(
    request: Request,
    person: Person,
    form: RecordForm,
    offered: Offered,
    values: Mapping[str, Any],
    *,
    problems: Mapping[str, str] | None = None,
    correcting: str = "",
) -> Response:
    path = f"/pathways/of/{person.id}/evidence"
    return render(
        request,
        "certificates/evidence_form.html",
        422 if problems else 200,
        person=person,
        form=form,
        kind=KINDS.get(form.type, plain(form.type)),
        name=_name(form),
        used_for=_used_for(form, offered),
        fields=[(one.name, one.label(), one.kind, _choices(one)) for one in form.fields],
        done=is_done(form.type),
        ends=form.type in ENDING,
        reasoned=form.type in REASONED,
        correcting=bool(correcting),
        path=correcting or path,
        values=values,
        problems=problems or {},
        back=(_title(person), path),
    )


def _choices(field: AskedField) -> list[tuple[str, str]]:
    if field.kind == YES_OR_NO:
        return [("", "Not known"), ("yes", "Yes"), ("no", "No")]
    other = [] if field.closed else [(OTHER, "Something else")]
    return [("", "Not known"), *((one, plain(one)) for one in field.values), *other] if field.values else []


def _name(form: RecordForm) -> str:
    """What a form is called: a waiver by the requirement in whose place it stands."""
    if form.type == "waiver":
        return f"Prior learning in place of: {form.titles[0]}"
    return plain(form.what) if form.what else f"Any other {KINDS[form.type].lower()}"


def _used_for(form: RecordForm, offered: Offered) -> str:
    """Says for what a record can count: titles of requirements, with level and programme."""
    said = dict.fromkeys(
        f"{title_of(rule, pathway)} ({where}{offered.versions[pathway.id].title})"
        for pathway, level, rule in form.rules
        for where in (f"{level.title or plain(level.id)}, " if level else "",)
    )
    return "; ".join(said)


async def _list(
    request: Request, person: Person, offered: Offered, problems: Mapping[str, str] | None = None
) -> Response:
    return render(
        request,
        "certificates/evidence.html",
        422 if problems else 200,
        person=person,
        path=f"/pathways/of/{person.id}/evidence",
        records=await _records(person, offered),
        groups=_groups(offered),
        problems=problems or {},
        back=(f"{person.name}: pathway", f"/pathways/of/{person.id}"),
    )


def _groups(offered: Offered) -> list[tuple[str, list[dict[str, str]]]]:
    """What can be recorded, by its kind."""
    groups: dict[str, list[dict[str, str]]] = {}
    for form in offered.forms:
        kind = KINDS.get(form.type, plain(form.type))
        programme = offered.versions[form.pathway].title if form.pathway else ""
        pathway, type_, what = form.key
        asked = {"type": type_, "what": what, "pathway": pathway}
        groups.setdefault(kind, []).append({"name": _name(form), "programme": programme, **asked})
    return list(groups.items())


async def _records(person: Person, offered: Offered) -> list[dict[str, Any]]:
    """Every record with what became of it: standing ones can be corrected and taken back."""
    rows = await RecordedEvidence.filter(person_id=person.id).order_by("-recorded")
    people = {row.recorded_by_id for row in rows}
    names = dict(await Person.filter(id__in=people).values_list("id", "name"))
    after = {row.replaces_id: row for row in rows if row.replaces_id}
    programmes = {version.programme_id: version.title for version in offered.versions.values()}
    titles = {(form.type, form.what): _name(form) for form in offered.forms}
    return [
        {
            "id": row.id,
            "name": titles.get((row.type, row.what), plain(row.what)),
            "kind": KINDS.get(row.type, plain(row.type)),
            "on": row.on,
            "recorded": row.recorded,
            "by": names.get(row.recorded_by_id, "somebody who has left"),
            "programme": programmes.get(row.programme_id, "") if row.programme_id else "",
            **_became(after.get(row.id), names),
        }
        for row in rows
        if not row.void
    ]


def _became(later: RecordedEvidence | None, names: Mapping[UUID, str]) -> dict[str, Any]:
    if later is None:
        return {"stands": True, "became": "", "why": ""}
    word = "Taken back" if later.void else "Corrected"
    by = names.get(later.recorded_by_id, "somebody who has left")
    return {"stands": False, "became": f"{word} by {by}", "why": later.note or ""}
