"""The page on which two people who manage somebody let them sign in by a link alone once more."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.authentication.models import SignInNumber, SignInReset, TextCode, TextGateway
from training.people.models import Person
from training.people.second_step.actions import factors_of
from training.people.second_step.resets import answer_reset, ask_for_reset
from training.people.text_messages.codes import set_number
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render

SHOWN_TEXTS = 5


async def reset(request: Request) -> Response:
    """Shows how somebody signs in; posted, asks for a reset, agrees to one, or refuses it."""
    me: Actor = actor(request)
    found = await person_for(me, "manage people", identity(request))
    if request.method == "GET":
        return await _shown(request, found)
    values, here, now = await form_data(request), f"/people/{found.id}/sign-in", clock.now()
    waiting = await SignInReset.get_or_none(person_id=found.id, state="asked")
    if values.get("do") == "number":
        return await _number(request, found, values)
    if waiting and values.get("do") in ("agree", "refuse"):
        agrees = values["do"] == "agree"
        await answer_reset(waiting.id, agrees=agrees, actor=me, now=now)
        done = f"Done. {found.name} can sign in by a link." if agrees else "Refused. Nothing was changed."
        return redirect(request, here, notice=done)
    try:
        await ask_for_reset(found.id, reason=str(values.get("reason", "")), actor=me, now=now)
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, here, notice="Asked. A second person has to agree.")


async def _number(request: Request, found: Person, values: dict[str, Any]) -> Response:
    """Keeps the number to which the person gets codes by text message."""
    try:
        await set_number(found.id, str(values.get("number", "")), actor=actor(request), now=clock.now())
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{found.id}/sign-in", notice="Saved.")


async def _shown(request: Request, found: Person, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    waiting = await SignInReset.get_or_none(person_id=found.id, state="asked")
    texts, number = await TextGateway.exists(unit_id=me.unit_id), await SignInNumber.get_or_none(person_id=found.id)
    told = {"values": {"number": number.number if number else ""}} | told
    asker = await Person.get_or_none(id=waiting.asked_by_id) if waiting else None
    return render(
        request, "people/reset_sign_in.html", status, person=found, waiting=waiting,
        asker=asker.name if asker else "", mine=bool(waiting and waiting.asked_by_id == me.person_id),
        steps=await factors_of(found.id).count(), own=found.id == me.person_id,
        texts=texts, sent=await TextCode.filter(person_id=found.id).order_by("-made").limit(SHOWN_TEXTS),
        back=(found.name, f"/people/{found.id}"), **told,
    )  # fmt: skip
