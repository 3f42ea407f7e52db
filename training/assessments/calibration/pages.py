"""Pages of calibrations: how every assessor stands, what was recorded of one, recording one and taking it back."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery

from training.assessments.calibration import actions
from training.assessments.calibration.rules import WORDS
from training.assessments.calibration.standing import assessors_for, instruments_of, lines_of
from training.assessments.eligibility.programme_rules import rules_of
from training.assessments.models import CalibrationRun
from training.core import clock
from training.core.dates import day
from training.core.errors import Conflict, Invalid, NotAllowed
from training.parsing.text import folded, uuid_of
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.lists.shortlists import person_shortlist
from training.people.visibility import people_for, person_for
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render, validate

HOME = "/assessments/calibration"
CALIBRATIONS = PagedList(
    HOME,
    "Calibration",
    ("line", "lines"),
    (
        ListColumn("name", "Assessor", ListSort("name"),
                   cell=lambda row: {"text": row["name"], "path": f"{HOME}/of/{row['person_id']}"}),
        ListColumn("instrument", "Instrument", ListSort("instrument")),
        ListColumn("held", "Last calibration", ListSort("held", "day", nullable=True),
                   text=lambda row: day(row["held"]) if row["held"] else "None"),
        ListColumn("agreement", "Agreement", ListSort("agreement", "number", nullable=True), number=True,
                   text=lambda row: f"{row['agreement']:g} %" if row["held"] else ""),
        ListColumn("rank", "State", ListSort("rank", "number"), text=lambda row: str(row["words"]),
                   cell=lambda row: {"tag": WORDS[row["state"]], "more": row["words"].partition(" ")[2]
                                     if row["state"] == "calibrated" else row["words"].partition(": ")[2]}),
        ListColumn("programme", "Asked for by", ListSort("programme")),
    ),
    (
        ListFilter("query", "Name", keeps=lambda row, part: folded(part) in folded(row["name"])),
        ListFilter("instrument", "Instrument", keeps=lambda row, one: str(row["instrument_id"]) == one, choices={}),
        ListFilter("state", "State", keeps=lambda row, one: row["state"] == one, choices={"": "Any state", **WORDS}),
    ),
    first_sort="rank",
)  # fmt: skip


class CalibrationForm(BaseModel):
    """What is recorded: who, with what, how far they agreed, on which day."""

    person: UUID = Field(title="who it was")
    instrument: UUID = Field(title="the instrument")
    agreement: float = Field(title="percent of agreement", ge=0, le=100)
    held: date = Field(title="the day")


async def calibrations(request: Request) -> Response:
    """Lists the assessors with each instrument: the last calibration, and how they stand today."""
    me: Actor = actor(request)
    people = await assessors_for(me, "decide").order_by("name").values_list("id", "name")
    rows: list[Row] = await lines_of([(UUID(str(one)), str(name)) for one, name in people], me)
    known = {str(one): title for one, title in (await instruments_of(me.unit_id)).values()}
    listing = CALIBRATIONS.offering(instrument={"": "Any instrument", **known})
    return await answer_list(request, "calibration/calibrations.html", listing, rows, rules=await _rules(me))


async def _rules(me: Actor) -> list[dict[str, Any]]:
    """Says what programmes ask for, a line for each."""
    titles = {name: title for name, (_, title) in (await instruments_of(me.unit_id)).items()}
    return [
        {
            "programme": one.title, "rated": titles.get(one.rated, one.rated), "agreement": f"{one.agreement:g}",
            "instrument": titles.get(one.instrument, one.instrument),
            "months": one.period.months if one.period else 0, "days": one.period.days if one.period else 0,
        }
        for one in (await rules_of(me.unit_id)).calibrations
    ]  # fmt: skip


async def of(request: Request) -> Response:
    """Shows how somebody stands with each instrument, and every calibration that was recorded of them."""
    me: Actor = actor(request)
    found = await person_for(me, "decide", identity(request))
    runs = CalibrationRun.filter(person_id=found.id).order_by("-held", "-recorded", "id").select_related("instrument")
    titles = dict((await instruments_of(me.unit_id)).values())
    shown = [{"run": run, "instrument": titles.get(run.instrument_id, run.instrument.name)} for run in await runs]
    return render(
        request, "calibration/of.html", person=found, lines=await lines_of([(found.id, found.name)], me), runs=shown,
        own=found.id == me.person_id, home=HOME, back=("Calibration", HOME),
    )  # fmt: skip


async def new(request: Request) -> Response:
    """Shows the form; posted, records a calibration."""
    me: Actor = actor(request)
    if request.method == "GET":
        first = {"held": me.today.isoformat(), "person": request.query_params.get("person", "")}
        return await _form(request, me, first)
    values = await form_data(request)
    try:
        given = validate(CalibrationForm, values)
        run = await actions.record_calibration(
            given.person, instrument_id=given.instrument, agreement=given.agreement, held=given.held, actor=me,
            now=clock.now(),
        )  # fmt: skip
    except Invalid as error:
        return await _form(request, me, values, problems=error.problems)
    except (NotAllowed, Conflict) as refused:
        told = {"form": str(refused)}
        return await _form(request, me, values, problems=told)
    person = await person_for(me, "decide", given.person)
    states = [
        one for one in await lines_of([(person.id, person.name)], me) if one["instrument_id"] == run.instrument_id
    ]
    stands = "; ".join(dict.fromkeys(one["words"] for one in states))
    notice = f"Recorded: {run.agreement:g} percent on {day(run.held)}. {person.name} now stands as: {stands}."
    return redirect(request, f"{HOME}/of/{person.id}", notice=notice)


async def _form(request: Request, me: Actor, values: Mapping[str, Any], **told: Any) -> Response:
    asked = uuid_of(values.get("person") or "")  # may be somebody who has no such role today
    able = Q(id__in=Subquery(assessors_for(me, "decide").values("id"))) | Q(id=asked)
    people = people_for(me, "decide").filter(able).exclude(id=me.person_id)
    kept = [(str(one), title) for one, title in (await instruments_of(me.unit_id)).values()]
    return render(
        request, "calibration/new.html", 422 if told.get("problems") else 200, instruments=kept, values=values,
        people=await person_shortlist(people, values, "person", day=me.today, ask="Choose a name"),
        home=HOME, back=("Calibration", HOME), **told,
    )  # fmt: skip


async def withdraw(request: Request) -> Response:
    """Asks why a calibration is taken back; posted, takes it back."""
    me: Actor = actor(request)
    found = await actions.standing_calibration(identity(request), me)
    where = f"{HOME}/of/{found.person_id}"
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await actions.take_back_calibration(found.id, why=str(values.get("why", "")), actor=me, now=clock.now())
            return redirect(request, where, notice="Taken back. It does not count any more.")
        except Invalid as error:
            problems = error.problems
        except (NotAllowed, Conflict) as refused:
            problems = {"form": str(refused)}
    told = {"run": found, "path": f"{HOME}/{found.id}/take-back", "back": (found.person.name, where)}
    status = 422 if problems else 200
    return render(request, "calibration/take_back.html", status, values=values, problems=problems, **told)
