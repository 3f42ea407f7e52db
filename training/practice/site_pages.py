"""Practice as coordinators and the central unit see it: the records of their people, checks, answers on paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.models import Person, has_in_name
from training.people.visibility import may_for, person_for, reach, visible_filter, visible_to
from training.practice import actions, asking
from training.practice.exports import as_cells
from training.practice.forms import Day
from training.practice.models import Confirmation
from training.practice.overview import WORDS, RecordFilter, checks_of, count_of, lines_of
from training.practice.rules import CHECKS
from training.practice.shown import shown_of
from training.web.exports import KINDS as KINDS_OF_FILES
from training.web.exports import spreadsheet
from training.web.render import actor, form_data, identity, redirect, render, validate

PAGE_SIZE = 50
STATES = {"": "All", **{key or "none": word for key, word in WORDS.items()}}
KINDS = {"": "All records", "deliveries": "Groups led", "supervision": "Supervision"}


class CheckForm(BaseModel):
    """What is typed about a check."""

    key: UUID
    what: str = Field(title="which check it was", max_length=80)
    issued: Day = Field(title="the day on the paper")
    ends: Day | None = Field(None, title="the last day it holds")


async def records(request: Request) -> Response:
    """Lists the records of everybody the actor may see, found by kind, state and name, a page at a time."""
    me: Actor = actor(request)
    query = request.query_params
    kind, state = _known(query.get("kind", ""), KINDS), _known(query.get("state", ""), STATES)
    name = query.get("name", "").strip()
    people = visible_filter(me) & has_in_name(name, "person__") if name else visible_filter(me)
    filters = "/practice/records?" + urlencode({"kind": kind, "state": state, "name": name})
    if (ending := query.get("format", "")) in KINDS_OF_FILES:
        lines = await lines_of(me, people, asked=RecordFilter(kind, state))
        return await spreadsheet("practice", ending, as_cells(lines, extracted=clock.now()))
    before = _before(query.get("before", ""))
    lines = await lines_of(me, people, asked=RecordFilter(kind, state, before, PAGE_SIZE))
    shown = lines[:PAGE_SIZE]
    last = f"{shown[-1].day}_{shown[-1].id}" if len(lines) > PAGE_SIZE else ""
    return render(
        request,
        "practice/records.html",
        lines=shown,
        total=await count_of(me, people, RecordFilter(kind, state)),
        kind=kind,
        state=state,
        name=name,
        kinds=list(KINDS.items()),
        states=list(STATES.items()),
        files=[(f"Get these rows as {ending.upper()}", f"{filters}&format={ending}") for ending in KINDS_OF_FILES],
        previous_path=filters if before else "",
        next_path=f"{filters}&before={last}" if last else "",
    )


def _known(asked: str, words: Mapping[str, str]) -> str:
    return asked if asked in words else ""


def _before(text: str) -> tuple[date, UUID] | None:
    """Reads where the page before ended; anything else begins at the top."""
    day, _, row = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(row)
    except ValueError:
        return None


async def person(request: Request) -> Response:
    """Shows the practice of one person: records, checks and what a coordinator can add."""
    me: Actor = actor(request)
    found = await _visible(request)
    checks = [row | {"what": CHECKS.get(row["what"], row["what"])} for row in await checks_of(me, found.id)]
    checks_here = me.person_id != found.id and await may_for(me, "manage people", found.id)
    return render(
        request,
        "practice/of.html",
        name=found.name,
        lines=await lines_of(me, Q(person_id=found.id)),
        checks=checks,
        check_path=f"/practice/of/{found.id}/checks" if checks_here else "",
        back=(found.name, f"/people/{found.id}"),
    )


async def check(request: Request) -> Response:
    """Shows the form for a check that was seen, and records it."""
    found = await person_for(actor(request), "manage people", identity(request))
    path = f"/practice/of/{found.id}"
    values: Mapping[str, Any] = {"key": str(uuid4())}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            given = validate(CheckForm, dict(values))
            me: Actor = actor(request)
            await actions.record_check(
                found.id, what=given.what, issued=given.issued, ends=given.ends, key=given.key, actor=me,
                now=clock.now(),
            )  # fmt: skip
            return redirect(request, path)
        except Invalid as wrong:
            problems = wrong.problems
    shown = {"name": found.name, "checks": list(CHECKS.items()), "path": f"{path}/checks", "back": (found.name, path)}
    return render(request, "practice/check.html", 422 if problems else 200, values=values, problems=problems, **shown)


async def paper(request: Request) -> Response:
    """Shows what a confirmer signed on paper, and records that the actor has seen it."""
    me: Actor = actor(request)
    asked = Confirmation.filter(reach(me, "manage people"), state="asked")
    found = await asked.get_or_none(id=identity(request))
    if found is None or found.person_id == me.person_id:
        raise NotFound("There is no such request.", "It may have been answered. Look at the record again.")
    shown = await shown_of(found)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await asking.confirm_on_paper(found.id, note=str(values.get("note", "")), actor=me, now=clock.now())
            return redirect(request, f"/practice/{shown.kind}/{shown.id}")
        except Invalid as wrong:
            problems = wrong.problems
    told = {"shown": shown, "confirmer": found.confirmer_name, "path": f"/practice/confirmations/{found.id}/paper"}
    return render(request, "practice/paper.html", 422 if problems else 200, values=values, problems=problems, **told)


async def _visible(request: Request) -> Person:
    found = await visible_to(actor(request)).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    return found
