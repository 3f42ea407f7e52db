"""Where a confirmer answers: by a link that works once, on a phone and without an account, or signed in."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.authentication.middleware import people_here
from training.people.models import Person
from training.practice import asking
from training.practice.models import Confirmation, confirmations_visible_to
from training.practice.overview import asked_of
from training.practice.rules import STRENGTHS, may_dispute
from training.practice.shown import shown_of
from training.sites.models import CentralUnit, zone_of
from training.web.render import actor, form_data, identity, redirect, render


async def by_link(request: Request) -> Response:
    """Shows what a link asks, and takes the answer; looking at it uses nothing up."""
    token, now = request.path_params["token"], clock.now()
    found, readers = await asking.look_at_link(token, now=now), await people_here(request.scope)
    await asking.refuse_holder(found, readers)
    if request.method == "GET":
        return await _question(request, found, f"/practice/confirm/{token}")
    answer, note = await _answer(request)
    try:
        if answer == "yes":
            found = await asking.confirm_by_link(token, note=note, now=now, readers=readers)
        else:
            found = await asking.dispute_by_link(token, note=note, now=now, readers=readers)
    except Invalid as wrong:
        return await _question(request, found, f"/practice/confirm/{token}", wrong, note)
    return await _thanks(request, found)


async def waiting(request: Request) -> Response:
    """Lists what the actor is asked to confirm."""
    me: Actor = actor(request)
    return render(
        request,
        "practice/waiting.html",
        asked=await asked_of(me, now=clock.now()),
        back=("My practice", "/practice") if me.may("log practice") else ("Home", "/"),
    )


async def signed_in(request: Request) -> Response:
    """Shows what the actor is asked, and takes the answer."""
    me: Actor = actor(request)
    found = await confirmations_visible_to(me).get_or_none(id=identity(request), confirmer_id=me.person_id)
    if found is None:
        raise NotFound("Nobody asks this of you.", "Look at your list of things to confirm.")
    path = f"/practice/confirmations/{found.id}"
    if request.method == "GET":
        return await _question(request, found, path)
    answer, note = await _answer(request)
    try:
        if answer == "yes":
            await asking.confirm(found.id, note=note, actor=me, now=clock.now())
        else:
            await asking.dispute(found.id, note=note, actor=me, now=clock.now())
    except Invalid as wrong:
        return await _question(request, found, path, wrong, note)
    return redirect(request, path)


async def _answer(request: Request) -> tuple[str, str]:
    values = await form_data(request)
    return str(values.get("answer", "")), str(values.get("note", ""))


async def _question(
    request: Request, found: Confirmation, path: str, wrong: Invalid | None = None, note: str = ""
) -> Response:
    now = clock.now()
    return render(
        request,
        "practice/question.html",
        422 if wrong else 200,
        unit=await CentralUnit.get(id=found.unit_id),
        problems=wrong.problems if wrong else {},
        values={"note": note},
        shown=await shown_of(found),
        confirmer=found.confirmer_name,
        may_confirm=_is_open(found, now),
        may_dispute=may_dispute(found.state, dispute_until=found.dispute_until, now=now),
        state=found.state,
        how=STRENGTHS.get(found.strength, ""),
        answered=found.answered,
        until=found.dispute_until or found.expires,
        zone=await zone_of(found.unit_id),
        path=path,
    )


def _is_open(found: Confirmation, now: datetime) -> bool:
    return found.state == "asked" and now < found.expires


async def _thanks(request: Request, found: Confirmation) -> Response:
    holder = await Person.get(id=found.person_id)
    return render(
        request,
        "practice/thanks.html",
        unit=await CentralUnit.get(id=found.unit_id),
        confirmed=found.state == "confirmed",
        holder=holder.name,
        until=found.dispute_until,
        zone=await zone_of(found.unit_id),
    )
