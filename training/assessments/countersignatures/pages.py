"""Pages of countersignatures: what waits for one, and one assessment with its marks, to countersign or return."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from training.assessments.countersignatures import actions
from training.assessments.countersignatures.waiting import MOST_SHOWN, to_countersign
from training.assessments.outcome import as_it_stands
from training.assessments.reading import instrument_of, settled_rows
from training.assessments.result_pages import items_of, shown_to_all
from training.core import clock
from training.core.errors import Conflict, Invalid
from training.people.actor import Actor
from training.web.render import actor, form_data, identity, redirect, render

HOME = "/assessments/to-countersign"


async def waiting(request: Request) -> Response:
    """Lists what the reader may countersign today, the longest waiting first."""
    rows = await to_countersign(actor(request))
    return render(
        request, "countersignatures/waiting.html", rows=rows, most=MOST_SHOWN, back=("Assessments", "/assessments")
    )


async def countersign(request: Request) -> Response:
    """Shows what a countersignature says and why it is needed; posted, countersigns or returns with reasons."""
    me: Actor = actor(request)
    key = identity(request)
    values: Mapping[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            finding = str(values.get("finding", ""))
            row = await actions.answer(
                key, finding=finding, reasons=str(values.get("reasons", "")), actor=me, now=clock.now()
            )
            told = f"Countersigned. The assessment of {row.person.name} counts from now on."
            if finding == "returned":
                told = "Returned. Whoever rated is told why, and can rate again."
            return redirect(request, HOME, notice=told)
        except Invalid as wrong:
            problems = wrong.problems
    try:
        shown = await _shown(key, me)
    except Conflict:
        return redirect(request, f"/assessments/{key}")
    return render(
        request, "countersignatures/countersign.html", 422 if problems else 200, values=values, problems=problems,
        back=("To countersign", HOME), **shown,
    )  # fmt: skip


async def _shown(key: UUID, me: Actor) -> dict[str, Any]:
    row, looked = await actions.waiting_one(key, me)
    instrument = instrument_of(row.version)
    rows = await settled_rows(instrument, row.id)
    return await shown_to_all(row, me) | {
        "looked": [finding.words for finding in looked.findings],
        "stands": as_it_stands(instrument, rows),
        "items": await items_of(row, instrument, rows),
        "path": f"/assessments/{row.id}/countersign",
    }
