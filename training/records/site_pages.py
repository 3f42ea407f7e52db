"""Records as coordinators and the central unit see them: of their people, of a site, answers on paper."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.holders import Holder, whose
from training.people.models import has_in_name
from training.people.visibility import may_for, reach, sites_for, visible_filter, visible_to
from training.records import asking, tailorings
from training.records.exports import as_cells
from training.records.models import Confirmation
from training.records.overview import STATES, RecordFilter, count_of, gone_of, lines_of
from training.records.shown import shown_of
from training.records.words import KINDS, TOLD_ELSEWHERE
from training.web.exports import KINDS as KINDS_OF_FILES
from training.web.exports import spreadsheet
from training.web.render import actor, form_data, identity, redirect, render

PAGE_SIZE = 20
WAITING_SHOWN = 5
"""What is not confirmed stands on top of the whole list; more of it is one click away."""
TYPES = {"": "All records", **{name: word for name, word in KINDS.items() if name not in TOLD_ELSEWHERE}}


async def records(request: Request) -> Response:
    """Lists the records of everybody the actor may see, what waits on top: by kind, state and name, page by page."""
    me: Actor = actor(request)
    query = request.query_params
    kind, state = _known(query.get("kind", ""), TYPES), _known(query.get("state", ""), STATES)
    name = query.get("name", "").strip()
    people = visible_filter(me) & has_in_name(name, "person__") if name else Q()
    filters = _filtered(kind, state, name)
    if (ending := query.get("format", "")) in KINDS_OF_FILES:
        lines = await lines_of(me, people, asked=RecordFilter(kind, state))
        return await spreadsheet("practice", ending, as_cells(lines, extracted=clock.now()))
    before = _before(query.get("before", ""))
    lines = await lines_of(me, people, asked=RecordFilter(kind, state, before, PAGE_SIZE))
    shown = lines[:PAGE_SIZE]
    last = f"{shown[-1].day}_{shown[-1].id}" if len(lines) > PAGE_SIZE else ""
    on_top = not (before or state)
    waiting = await lines_of(me, people, asked=RecordFilter(kind, "open", most=WAITING_SHOWN)) if on_top else []
    return render(
        request,
        "records/records.html",
        waiting=waiting[:WAITING_SHOWN],
        waiting_path=_filtered(kind, "open", name) if len(waiting) > WAITING_SHOWN else "",
        lines=[line for line in shown if line not in waiting[:WAITING_SHOWN]],
        total=await count_of(me, people, RecordFilter(kind, state)),
        kind=kind,
        state=state,
        name=name,
        kinds=list(TYPES.items()),
        states=list(STATES.items()),
        files=[(f"Get these rows as {ending.upper()}", f"{filters}&format={ending}") for ending in KINDS_OF_FILES],
        previous_path=filters if before else "",
        next_path=f"{filters}&before={last}" if last else "",
    )


def _filtered(kind: str, state: str, name: str) -> str:
    return "/practice/records?" + urlencode({"kind": kind, "state": state, "name": name})


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
    """Shows the records of one person, and the way to what a coordinator can add."""
    me: Actor = actor(request)
    found = await visible_to(me).get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such person.", "Look for them in the list of people.")
    manages = me.person_id != found.id and await may_for(me, "manage people", found.id)
    new = f"/practice/of/{found.id}/new" if manages else ""
    return await _records_of(request, found, new, (found.name, f"/people/{found.id}"))


async def site(request: Request) -> Response:
    """Shows the records that a site itself holds."""
    me: Actor = actor(request)
    found = await sites_for(me, "see people").get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such site among yours.", "Look for it in the list of sites.")
    manages = await sites_for(me, "manage people").filter(id=found.id).exists()
    new = f"/practice/sites/{found.id}/new" if manages else ""
    return await _records_of(request, found, new, (found.name, f"/sites/{found.id}"))


async def _records_of(request: Request, holder: Holder, new_path: str, back: tuple[str, str]) -> Response:
    me: Actor = actor(request)
    theirs = Q(**whose(holder))
    lines, gone = await lines_of(me, theirs), await gone_of(me, theirs)
    told: dict[str, Any] = {"name": holder.name, "lines": lines, "gone": gone, "new_path": new_path, "back": back}
    return render(request, "records/of.html", **told)


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
            return redirect(request, f"/practice/records/{shown.id}")
        except Invalid as wrong:
            problems = wrong.problems
    told = {"shown": shown, "confirmer": found.confirmer_name, "path": f"/practice/confirmations/{found.id}/paper"}
    return render(request, "records/paper.html", 422 if problems else 200, values=values, problems=problems, **told)


async def changes(request: Request) -> Response:
    """Shows which parts of the programmes are changed or left out, how often and where; also as a file."""
    me: Actor = actor(request)
    rows = await tailorings.recurring(me)
    if (ending := request.query_params.get("format", "")) in KINDS_OF_FILES:
        return await spreadsheet("changes", ending, tailorings.as_cells(rows, extracted=clock.now()))
    files = [(f"Get these rows as {one.upper()}", f"/practice/changes?format={one}") for one in KINDS_OF_FILES]
    return render(request, "records/changes.html", rows=rows, files=files, back=("Records", "/practice/records"))


async def judge(request: Request) -> Response:
    """Takes what a supervisor, or who looks after the leader, says of a change in a core part."""
    me: Actor = actor(request)
    values = await form_data(request)
    row = await tailorings.judge(
        identity(request), identity(request, "change"), judged=str(values.get("judged", "")),
        note=str(values.get("judged_note", "")), actor=me, now=clock.now(),
    )  # fmt: skip
    return redirect(request, f"/practice/records/{row.id}", notice="Said so.")
