"""Pages of batches: the list, and one with its progress, its rows, and what can be done with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.batches import actions
from training.batches.models import Batch, BatchRow, batches_visible_to
from training.batches.resources import BatchResources
from training.batches.rules import GOOD, OUTCOMES, STATES, WORKING, counted
from training.core import clock
from training.core.errors import Invalid
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.models import Person
from training.web.exports import spreadsheet
from training.web.render import actor, form_data, identity, redirect, render

SHOWN = 50
"""Rows of a page."""
REASON = "why it was refused"
"""The column that the file of refused rows has beside its own."""


async def batches(request: Request) -> Response:
    """Lists the batches that the actor may see, the newest first."""
    me: Actor = actor(request)
    kinds = BatchResources.of(request).batch_kinds
    found = batches_visible_to(me)
    if before := _number(request, "before"):
        found = found.filter(number__lt=before)
    rows = await found.order_by("-number").limit(SHOWN + 1).select_related("made_by")
    lines = [
        (
            {"text": f"{row.number}", "path": f"/batches/{row.id}"},
            row.title,
            {"tag": STATES[row.state], "more": _how_far(row)},
            row.made_by.name,
        )
        for row in rows[:SHOWN]
    ]
    more = f"/batches?before={rows[SHOWN - 1].number}" if len(rows) > SHOWN else ""
    begins = [(kind.title, kind.prepare) for kind in kinds.values() if kind.prepare and me.may("give every role")]
    return render(request, "batches/batches.html", lines=lines, next_path=more, begins=begins)


async def batch(request: Request) -> Response:
    """Shows a batch: how far it is, what its rows do, and what can be done with it; posted, answers for its rows."""
    me: Actor = actor(request)
    find = actions.own_batch if request.method == "POST" else actions.batch_for
    found = await find(me, identity(request))
    kind = BatchResources.of(request).batch_kinds[found.kind]
    if found.state == "new" and kind.prepare:
        return redirect(request, f"{kind.prepare}/{found.id}")
    values: Mapping[str, Any] = request.query_params
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        answered = {int(name[4:]): str(said) for name, said in values.items()
                    if name.startswith("row-") and name[4:].isdecimal() and said}  # fmt: skip
        try:
            await actions.choose(found, answered)
            return redirect(request, f"/batches/{found.id}?show=alike", notice="Your answers are kept.")
        except Invalid as wrong:
            problems = wrong.problems
    return await _page(request, found, values, problems, now=clock.now())


async def act(request: Request) -> Response:
    """Begins, stops, goes on with or undoes a batch."""
    me: Actor = actor(request)
    found, now = await actions.own_batch(me, identity(request)), clock.now()
    wish = (await form_data(request)).get("do", "")
    if wish == "begin":
        await actions.begin(found, actor=me, now=now)
    elif wish == "stop":
        await actions.stop(found, now=now)
    elif wish == "rehearse":
        await actions.rehearse(found, now=now)
    elif wish == "undo":
        await actions.undo(found, actor=me, now=now)
    return redirect(request, f"/batches/{found.id}")


async def refused(request: Request) -> Response:
    """Gives the refused rows as a file, as they were handed in, with the reason of each."""
    found = await actions.batch_for(actor(request), identity(request))
    rows = await BatchRow.filter(batch_id=found.id, outcome="refused").order_by("number")
    used = {name for row in rows for name in row.values}
    labels = dict(found.wishes.get("columns", ()))  # in pairs, as PostgreSQL sorts the keys of what it keeps as JSON
    columns = [*(name for name in labels if name in used), *sorted(used - labels.keys())]
    table: list[Sequence[str]] = [["line", *(labels.get(name, name) for name in columns), REASON]]
    table += [[str(row.number), *(row.values.get(name, "") for name in columns), _why(row)] for row in rows]
    return await spreadsheet(f"batch-{found.number}-refused", "csv", table)


async def _page(
    request: Request, found: Batch, values: Mapping[str, Any], problems: Mapping[str, str], *, now: datetime
) -> Response:
    show = request.query_params.get("show", "")
    show = show if show in OUTCOMES else next((one for one in reversed([*OUTCOMES]) if found.counts.get(one)), "new")
    after = _number(request, "after")
    rows = await BatchRow.filter(batch_id=found.id, outcome=show, number__gt=after).order_by("number").limit(SHOWN + 1)
    waiting = await BatchRow.filter(batch_id=found.id, state="waiting").count()
    undone = await BatchRow.filter(batch_id=found.id, state="kept").order_by("number").limit(SHOWN)
    maker = await Person.get(id=found.made_by_id)
    return render(
        request,
        "batches/batch.html",
        422 if problems else 200,
        batch=found,
        maker=maker.name,
        state=STATES[found.state],
        how_far=_how_far(found),
        works=found.state in WORKING,
        counts=[(key, title, found.counts.get(key, 0), key == show) for key, title in OUTCOMES.items()],
        show=show,
        show_title=OUTCOMES[show],
        lines=[_line(row) for row in rows[:SHOWN]],
        next_path=f"/batches/{found.id}?show={show}&after={rows[SHOWN - 1].number}" if len(rows) > SHOWN else "",
        kept=[_line(row) for row in undone],
        waiting=waiting,
        all_good=sum(found.counts.get(one, 0) for one in OUTCOMES if one not in (*GOOD, "same")) == 0,
        rows_word=many(waiting, "row"),
        can_undo=found.state in ("done", "stopped") and found.ended is not None and now - found.ended <= actions.KEPT,
        undo_until=found.ended and found.ended + actions.KEPT,
        prepare=BatchResources.of(request).batch_kinds[found.kind].prepare,
        values=values,
        problems=problems,
        back=("Batches", "/batches"),
    )


def _line(row: BatchRow) -> dict[str, Any]:
    told = row.told
    return {
        "number": row.number,
        "what": told.get("words", ""),
        "changes": told.get("changes", []),
        "problems": [{"column": column, "what": what, "mend": mend} for column, what, mend in row.problems],
        "alike": [*told.get("alike", []), ["other", "Somebody else: make a new person"]] if told.get("alike") else [],
        "choice": row.choice,
        "state": row.state,
    }


def _why(row: BatchRow) -> str:
    return "; ".join(f"{column + ': ' if column else ''}{what}. {mend}" for column, what, mend in row.problems)


def _how_far(row: Batch) -> str:
    if row.state in WORKING:
        return f"{row.progress:,} of {row.total:,} rows"
    return counted(row.counts) if row.counts else ""


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0
