"""Practice as coordinators and the central unit see it: the records of their people, checks, answers on paper."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training import clock
from training.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.models import Person
from training.people.reach import reach, visible_to
from training.practice import actions, asking
from training.practice.confirmations import Confirmation, confirmations_visible_to
from training.practice.exports import as_csv
from training.practice.forms import Day
from training.practice.overview import WORDS, Line, checks_of, lines_of
from training.practice.rules import CHECKS
from training.practice.shown import shown_of
from training.web.pages import actor, fill, go, identity, page, typed

PAGE_SIZE = 50
KINDS = {"": "All records", "deliveries": "Groups led", "supervision": "Supervision"}


class CheckForm(BaseModel):
    """What is typed about a check."""

    key: UUID
    what: str = Field(title="which check it was", max_length=80)
    issued: Day = Field(title="the day on the paper")
    ends: Day | None = Field(None, title="the last day it holds")


async def records(request: Request) -> Response:
    """Lists the records of everybody the actor may see, found by kind, state and name."""
    me: Actor = actor(request)
    asked = request.query_params
    kind, state, name = asked.get("kind", ""), asked.get("state", ""), asked.get("name", "").strip()
    people = reach(me) & Q(person__name__icontains=name) if name else reach(me)
    lines = [line for line in await lines_of(me, people) if _fits(line, kind, state)]
    if asked.get("format") == "csv":
        headers = {"Content-Disposition": 'attachment; filename="practice.csv"'}
        return Response(as_csv(lines, extracted=clock.now()), media_type="text/csv; charset=utf-8", headers=headers)
    start = _start(asked.get("from", "0"), len(lines))
    query = "/practice/records?" + urlencode({"kind": kind, "state": state, "name": name})
    return page(
        request,
        "practice/records.html",
        lines=lines[start : start + PAGE_SIZE],
        total=len(lines),
        kind=kind,
        state=state,
        name=name,
        kinds=list(KINDS.items()),
        states=[("", "All"), *((key or "none", word) for key, word in WORDS.items())],
        csv_path=f"{query}&format=csv",
        previous_path=f"{query}&from={max(0, start - PAGE_SIZE)}" if start else "",
        next_path=f"{query}&from={start + PAGE_SIZE}" if start + PAGE_SIZE < len(lines) else "",
    )


def _fits(line: Line, kind: str, state: str) -> bool:
    return kind in ("", line.kind) and state in ("", line.state or "none")


def _start(asked: str, total: int) -> int:
    return int(asked) if asked.isdecimal() and int(asked) < total else 0


async def person(request: Request) -> Response:
    """Shows the practice of one person: records, checks and what a coordinator can add."""
    me: Actor = actor(request)
    found = await _visible(request)
    checks = [row | {"what": CHECKS.get(row["what"], row["what"])} for row in await checks_of(me, found.id)]
    return page(
        request,
        "practice/of.html",
        name=found.name,
        lines=await lines_of(me, Q(person_id=found.id)),
        checks=checks,
        check_path=f"/practice/of/{found.id}/checks" if _may_check(me, found) else "",
        back=(found.name, f"/people/{found.id}"),
    )


def _may_check(me: Actor, found: Person) -> bool:
    return me.may("manage people") and me.person_id != found.id


async def check(request: Request) -> Response:
    """Shows the form for a check that was seen, and records it."""
    found = await _visible(request)
    path = f"/practice/of/{found.id}"
    values: Mapping[str, Any] = {"key": str(uuid4())}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await typed(request)
        try:
            given = fill(CheckForm, dict(values))
            me: Actor = actor(request)
            await actions.record_check(
                found.id, what=given.what, issued=given.issued, ends=given.ends, key=given.key, actor=me,
                now=clock.now(),
            )  # fmt: skip
            return go(request, path)
        except Invalid as wrong:
            problems = wrong.problems
    shown = {"name": found.name, "checks": list(CHECKS.items()), "path": f"{path}/checks", "back": (found.name, path)}
    return page(request, "practice/check.html", 422 if problems else 200, values=values, problems=problems, **shown)


async def paper(request: Request) -> Response:
    """Shows what a confirmer signed on paper, and records that the actor has seen it."""
    me: Actor = actor(request)
    found: Confirmation | None = await confirmations_visible_to(me).get_or_none(id=identity(request), state="asked")
    if found is None or found.person_id == me.person_id:
        raise NotFound("There is no such request.", "It may have been answered. Look at the record again.")
    shown = await shown_of(found)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await typed(request)
        try:
            await asking.confirm_on_paper(found.id, note=str(values.get("note", "")), actor=me, now=clock.now())
            return go(request, f"/practice/{shown.kind}/{shown.id}")
        except Invalid as wrong:
            problems = wrong.problems
    told = {"shown": shown, "confirmer": found.confirmer_name, "path": f"/practice/confirmations/{found.id}/paper"}
    return page(request, "practice/paper.html", 422 if problems else 200, values=values, problems=problems, **told)


async def _visible(request: Request) -> Person:
    found = await visible_to(actor(request)).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    return found
