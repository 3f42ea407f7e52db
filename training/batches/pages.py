"""Pages of batches: the list, and one with its progress, its rows, and what can be done with it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.batches import actions
from training.batches.kinds import BatchKind
from training.batches.models import Batch, BatchRow, batches_visible_to, rows_of
from training.batches.resources import BatchResources
from training.batches.rules import GOOD, OUTCOMES, STATES, UNDONE, WORKING, counted
from training.core import clock
from training.core.errors import Conflict, Invalid
from training.parsing.plurals import many
from training.parsing.text import counting_number
from training.people.actor import Actor
from training.people.models import Person
from training.web.exports import spreadsheet
from training.web.render import actor, form_data, identity, redirect, render

SHOWN = 50
"""Rows of a page."""
ENDED = ("done", "stopped")
"""States in which the people of a batch can be chosen for something more."""
AS_WISHED = {"begin": ("running", "done"), "undo": ("undoing", "undone")}
"""Button → the states that it leads to: pressed once more, also in another window, it has nothing to refuse."""
REASON = "why it was refused"
"""The column that the file of refused rows has beside its own."""


async def batches(request: Request) -> Response:
    """Lists the batches that the actor may see, the newest first."""
    me: Actor = actor(request)
    kinds = BatchResources.of(request).batch_kinds
    found = batches_visible_to(me)
    if before := counting_number(request.query_params.get("before")):
        found = found.filter(number__lt=before)
    rows = await found.order_by("-number").limit(SHOWN + 1).select_related("made_by")
    lines = [
        (
            {"text": f"{row.number}", "path": f"/batches/{row.id}"},
            row.title,
            {"tag": STATES[row.state], "more": _how_far(row, kinds[row.kind])},
            row.made_by.name,
        )
        for row in rows[:SHOWN]
    ]
    more = f"/batches?before={rows[SHOWN - 1].number}" if len(rows) > SHOWN else ""
    begins = [(kind.title, kind.prepare) for kind in kinds.values() if kind.alone and me.may(kind.may)]
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
    values = await form_data(request)
    wish, seen = str(values.get("do", "")), values.get("seen")
    if wish == "begin" and found.state == "rehearsed" and seen and seen != _seen(found):
        raise Conflict("What this batch would do has changed.", "Look at it again, then do it.")
    try:
        if wish == "begin":
            await actions.begin(found, actor=me, now=now)
        elif wish == "stop":
            await actions.stop(found, now=now)
        elif wish == "rehearse":
            await actions.rehearse(found, now=now)
        elif wish == "undo":
            await actions.undo(found, actor=me, now=now)
    except Conflict:
        if (await actions.batch_for(me, found.id)).state not in AS_WISHED.get(wish, ()):
            raise
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
    show, known = request.query_params.get("show", ""), [*OUTCOMES, *UNDONE]
    show = show if show in known else next((one for one in reversed(known) if found.counts.get(one)), "new")
    after = counting_number(request.query_params.get("after"))
    rows = await rows_of(found, show).filter(number__gt=after).order_by("number").limit(SHOWN + 1)
    waiting = await BatchRow.filter(batch_id=found.id, state="waiting").count()
    kind = BatchResources.of(request).batch_kinds[found.kind]
    to_undo = kind.undoable and await BatchRow.exists(batch_id=found.id, state="done")
    titles = kind.words.titles(found.state)
    offers = BatchResources.of(request).offered(actor(request), "batch") if found.state in ENDED else []
    of_people = rows_of(found, show).filter(person_id__isnull=False)
    return render(
        request,
        "batches/batch.html",
        422 if problems else 200,
        batch=found,
        maker=(await Person.get(id=found.made_by_id)).name,
        state=STATES[found.state],
        how_far=_how_far(found, kind),
        works=found.state in WORKING,
        counts=[(key, title, found.counts.get(key, 0), key == show) for key, title in titles.items()],
        show=show,
        show_title=titles[show],
        lines=[_line(row, kind.row_path) for row in rows[:SHOWN]],
        next_path=f"/batches/{found.id}?show={show}&after={rows[SHOWN - 1].number}" if len(rows) > SHOWN else "",
        waiting=waiting,
        seen=_seen(found),
        offers=offers,
        people=len(set(await of_people.values_list("person_id", flat=True))) if offers else 0,
        all_good=sum(found.counts.get(one, 0) for one in OUTCOMES if one not in (*GOOD, "same")) == 0,
        rows_word=many(waiting, kind.words.row, kind.words.rows),
        kind=kind,
        can_undo=to_undo and found.state in ENDED and found.ended is not None and now - found.ended <= actions.KEPT,
        undo_until=found.ended and found.ended + actions.KEPT,
        values=values,
        problems=problems,
        back=("Batches", "/batches"),
    )


def _seen(found: Batch) -> str:
    """Returns what changes with what a rehearsal shows: another window may have asked something else of the batch."""
    shown = [found.wishes, found.counts, found.total]
    return hashlib.sha256(json.dumps(shown, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _line(row: BatchRow, path: str) -> dict[str, Any]:
    told, about = row.told, {**row.values, "person": row.person_id}
    gone = row.outcome == "new" and row.state == "undone"
    return {
        "number": row.number,
        "person": row.person_id,
        "what": told.get("words", ""),
        "path": "" if gone or ("{person}" in path and not row.person_id) else path.format_map(about),
        "changes": told.get("changes", []),
        "problems": [{"column": column, "what": what, "mend": mend} for column, what, mend in row.problems],
        "alike": [*told.get("alike", []), ["other", "Somebody else: make a new person"]] if told.get("alike") else [],
        "choice": row.choice,
        "state": row.state,
    }


def _why(row: BatchRow) -> str:
    return "; ".join(f"{column + ': ' if column else ''}{what}. {mend}" for column, what, mend in row.problems)


def _how_far(row: Batch, kind: BatchKind) -> str:
    if row.state in WORKING and not row.total:
        return ""
    if row.state in WORKING:
        return f"{row.progress:,} of {many(row.total, kind.words.row, kind.words.rows)}"
    return counted(row.counts, kind.words.titles(row.state)) if row.counts else ""
