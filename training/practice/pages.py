"""Practice as its holder sees it: what was logged, how it stands, what comes next; and each record by itself."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import NotFound
from training.people.actor import Actor
from training.people.visibility import may_for
from training.practice.models import (
    Confirmation,
    Delivery,
    Supervision,
    Tailoring,
    confirmations_visible_to,
    deliveries_visible_to,
    supervisions_visible_to,
)
from training.practice.overview import (
    WORDS,
    RecordLine,
    asked_of,
    checks_of,
    hours_in_words,
    lines_of,
    totals_of,
)
from training.practice.rules import CHECKS, STRENGTHS, TAILORED, may_dispute, stands
from training.practice.shown import shown_delivery, shown_supervision
from training.web.render import actor, identity, render

SHOWN_AT_FIRST = 50


async def mine(request: Request) -> Response:
    """Shows the actor's own practice and its next step."""
    me: Actor = actor(request)
    now = clock.now()
    lines, totals, asked = await lines_of(me), await totals_of(me), await asked_of(me, now=now)
    checks = [row | {"what": CHECKS.get(row["what"], row["what"])} for row in await checks_of(me, me.person_id)]
    counts = [
        {"number": totals.groups, "words": f"{_many('group', totals.groups)} confirmed", "path": "#logged"},
        {"number": totals.sessions, "words": f"{_many('session', totals.sessions)} led in them", "path": "#logged"},
        {"number": hours_in_words(totals.supervision_minutes), "words": "supervision confirmed", "path": "#logged"},
        {"number": totals.waiting, "words": "not confirmed yet", "path": "#logged"},
    ]
    shown: dict[str, Any] = {
        "lines": lines[:SHOWN_AT_FIRST],
        "more": max(0, len(lines) - SHOWN_AT_FIRST),
        "counts": counts,
        "checks": checks,
        "asked": asked,
    }
    step, sees = _next_step(lines, asked), me.may("see people")
    return render(request, "practice/mine.html", next_step=step, sees_people=sees, **shown)


def _many(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"


def _next_step(lines: list[RecordLine], asked: list[dict[str, Any]]) -> dict[str, str]:
    if asked:
        words = f"{asked[0]['person']} asks you to confirm something."
        return {
            "title": "Somebody waits for you",
            "text": words,
            "path": "/practice/confirmations",
            "button": "Look at it",
        }
    if quiet := [line for line in lines if line.state in (None, "expired", "disputed")]:
        words = f"Nobody has confirmed “{quiet[-1].title}” yet. It does not count until then."
        return {"title": "Ask again", "text": words, "path": quiet[-1].path, "button": "Ask somebody"}
    words = "Log it soon after. Then somebody who was there confirms it."
    return {"title": "Led a group?", "text": words, "path": "/practice/deliveries/new", "button": "Log a group"}


async def found_record(me: Actor, request: Request) -> Delivery | Supervision:
    """Finds the record of the address among those the actor may see; NotFound otherwise."""
    kind = request.path_params["kind"]
    row: Delivery | Supervision | None = None
    if kind == "deliveries":
        row = await deliveries_visible_to(me).get_or_none(id=identity(request))
    elif kind == "supervision":
        row = await supervisions_visible_to(me).get_or_none(id=identity(request))
    if row is None:
        raise NotFound("There is no such record.", "It may have been corrected. Look at the list again.")
    return row


async def record(request: Request) -> Response:
    """Shows one record, who confirmed it and how strongly."""
    me: Actor = actor(request)
    row = await found_record(me, request)
    is_delivery = isinstance(row, Delivery)
    shown = await shown_delivery(row) if isinstance(row, Delivery) else await shown_supervision(row)
    key = "delivery_id" if is_delivery else "supervision_id"
    asked = await confirmations_visible_to(me).filter(**{key: row.id}).order_by("asked")
    state = stands(one.state for one in asked)
    manages = row.person_id != me.person_id and await may_for(me, "manage people", row.person_id)
    return render(
        request,
        "practice/record.html",
        shown=shown,
        note=row.note,
        recorded=row.recorded,
        tailorings=await _tailorings(row.id) if is_delivery else [],
        confirmations=[_confirmation(one, me, manages=manages) for one in asked],
        word=WORDS[state],
        counts=state == "confirmed",
        own=row.person_id == me.person_id,
        path=f"/practice/{shown.kind}/{row.id}",
        back=("My practice", "/practice") if row.person_id == me.person_id else ("Records", "/practice/records"),
    )


async def _tailorings(delivery_id: UUID) -> list[dict[str, Any]]:
    rows = await Tailoring.filter(delivery_id=delivery_id).values("component", "kind", "changed", "for_whom", "why")
    return [row | {"kind": TAILORED.get(row["kind"], row["kind"]).split(":")[0]} for row in rows]


def _confirmation(one: Confirmation, me: Actor, *, manages: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.confirmer_name,
        "word": WORDS[one.state],
        "how": STRENGTHS.get(one.strength, ""),
        "asked": one.asked,
        "answered": one.answered,
        "disputed": one.disputed,
        "note": one.note,
        "dispute_note": one.dispute_note,
        "paper": one.state == "asked" and manages,
        "mine": one.confirmer_id == me.person_id and _open(one),
    }


def _open(one: Confirmation) -> bool:
    return one.state == "asked" or may_dispute(one.state, dispute_until=one.dispute_until, now=clock.now())
