"""Pages of imports: handing in a file, choosing what it is, matching its columns."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.batches import actions as batches
from training.batches.models import Batch
from training.core import clock
from training.core.errors import Invalid
from training.imports import actions
from training.imports.columns import Column, asks_order
from training.imports.resources import ImportResources
from training.parsing.workbooks import MOST_BYTES, MOST_ROWS, TextSheet
from training.people.actor import Actor
from training.web.bodies import cut, handed_file
from training.web.render import actor, form_data, identity, redirect, render

EXAMPLES = 3


async def begin(request: Request) -> Response:
    """Asks for a file; posted, keeps it and goes on to what it is."""
    me, resources = actor(request), ImportResources.of(request)
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        request = cut(request, most=MOST_BYTES + 2_000_000)
        async with request.form() as form:
            file = await handed_file(form.get("file"), most=MOST_BYTES)
        try:
            found = await actions.hand_in(file, actor=me, resources=resources, now=clock.now())
            return redirect(request, f"/imports/{found.id}")
        except Invalid as wrong:
            problems = wrong.problems
    return render(
        request,
        "imports/begin.html",
        422 if problems else 200,
        problems=problems,
        kinds=_kinds(me, resources),
        megabytes=MOST_BYTES // 1_000_000,
        most_rows=f"{MOST_ROWS:,}",
        back=("Batches", "/batches"),
    )


async def prepare(request: Request) -> Response:
    """Asks what a file is, and then which column is which; posted, goes on to the rehearsal."""
    me, resources = actor(request), ImportResources.of(request)
    batch = await batches.own_batch(me, identity(request))
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            if "kind" in values:
                sheet = str(values.get("sheet", batch.wishes["sheets"][0]))
                await actions.choose_kind(batch, sheet, str(values["kind"]), actor=me, resources=resources)
                return redirect(request, f"/imports/{batch.id}")
            match = {name: str(values.get(name, "")) for name, _ in batch.wishes.get("columns", ())}
            order = str(values.get("order", batch.wishes["order"]))
            await actions.match_columns(batch, match, order, actor=me, resources=resources, now=clock.now())
            return redirect(request, f"/batches/{batch.id}")
        except Invalid as wrong:
            problems = wrong.problems
    if not batch.wishes["kind"] or "again" in request.query_params or "kind" in values:
        return _choose(request, batch, values, problems)
    return await _match(request, batch, values, problems)


async def other_sheet(request: Request) -> Response:
    """Goes on with another sheet of the same file."""
    me, resources = actor(request), ImportResources.of(request)
    batch = await batches.own_batch(me, identity(request))
    found = await actions.another_sheet(batch, actor=me, resources=resources, now=clock.now())
    return redirect(request, f"/imports/{found.id}")


def _kinds(me: Actor, resources: ImportResources) -> list[tuple[str, str, str]]:
    return [(key, one.title, one.hint) for key, one in resources.import_kinds.items() if me.everywhere(one.may)]


def _choose(request: Request, batch: Batch, values: Mapping[str, Any], problems: Mapping[str, str]) -> Response:
    return render(
        request,
        "imports/choose.html",
        422 if problems else 200,
        batch=batch,
        sheets=[(name, name) for name in batch.wishes["sheets"]] if len(batch.wishes["sheets"]) > 1 else [],
        kinds=_kinds(actor(request), ImportResources.of(request)),
        values=values or {"kind": batch.wishes["kind"], "sheet": batch.wishes["sheet"]},
        problems=problems,
        back=("Batches", "/batches"),
    )


async def _match(request: Request, batch: Batch, values: Mapping[str, Any], problems: Mapping[str, str]) -> Response:
    me, resources = actor(request), ImportResources.of(request)
    kind, table, columns = await actions.prepared(batch, me, resources)
    chosen = values or batch.wishes["match"]
    match = {name: str(theirs) for name, theirs in chosen.items() if theirs in table.header}
    asked = asks_order(table, match, columns)
    return render(
        request,
        "imports/match.html",
        422 if problems else 200,
        batch=batch,
        kind=kind,
        fields=[(one, _hint(one, table, match.get(one.name, ""))) for one in columns],
        options=[("", "Not in this file"), *((name, name) for name in table.header)],
        unused=[name for name in table.header if name not in match.values()],
        rows=len(table.rows),
        header_line=table.header_line,
        asked=asked,
        example=next(iter(asked.values()), ""),
        values={"order": batch.wishes["order"], **chosen},
        problems=problems,
        back=("What it is", f"/imports/{batch.id}?again=yes"),
    )


def _hint(column: Column, table: TextSheet, theirs: str) -> str:
    """Says what a column is, with the first values of the one that is chosen for it."""
    examples = ", ".join(islice(table.column(theirs), EXAMPLES)) if theirs else ""
    return " ".join(filter(None, (column.hint, f"The file says: {examples[:120]}." if examples else "")))
