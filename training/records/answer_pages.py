"""Where a confirmer answers: by a link that works once, on a phone and without an account, or signed in."""

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock, qr
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.authentication.middleware import people_here
from training.people.models import Person
from training.records import asking
from training.records.models import Confirmation, confirmations_visible_to
from training.records.overview import asked_of
from training.records.rules import STRENGTHS, may_dispute
from training.records.shown import shown_of
from training.sites.models import CentralUnit, zone_of
from training.web.languages import chosen_language
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources


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
    holder = await Person.get(id=found.person_id)
    return render(
        request,
        "records/thanks.html",
        unit=await CentralUnit.get(id=found.unit_id),
        confirmed=found.state == "confirmed",
        holder=holder.name,
        until=found.dispute_until,
        zone=await zone_of(found.unit_id),
    )


async def waiting(request: Request) -> Response:
    """Lists what the actor is asked to confirm."""
    me: Actor = actor(request)
    return render(
        request,
        "records/waiting.html",
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


async def pass_on(request: Request) -> Response:
    """Offers the holder a link for whoever they named; posted, shows it once, as words and as a QR code."""
    me: Actor = actor(request)
    found = await asking.own_request(identity(request), me)
    told: dict[str, Any] = {"path": f"/practice/confirmations/{found.id}/pass-on", "confirmer": found.confirmer_name}
    told |= {"address": "", "qr": ""}
    if request.method == "POST":
        token = secrets.token_urlsafe(32)
        await asking.pass_on(found.id, token=token, actor=me, now=clock.now())
        address = f"{PageResources.of(request).settings.public_url}/practice/confirm/{token}"
        told |= {"address": address, "qr": qr.svg(address, title="Link to confirm")}
    shown = await shown_of(found, chosen_language(request))
    back = ("The record", f"/practice/records/{found.record_id}")
    return render(request, "records/pass_on.html", shown=shown, until=found.expires, back=back, **told)


async def here(request: Request) -> Response:
    """Shows a record to somebody who sits beside its holder; posted, takes the name that they wrote as their yes."""
    me: Actor = actor(request)
    found = await asking.own_request(identity(request), me)
    values: dict[str, Any] = {}
    problems: Mapping[str, str] = {}
    if request.method == "POST":
        values = await form_data(request)
        try:
            await asking.confirm_here(found.id, name=str(values.get("name", "")), actor=me, now=clock.now())
            return redirect(request, f"/practice/records/{found.record_id}", notice="Thank you. It is confirmed.")
        except Invalid as wrong:
            problems = wrong.problems
    told = {"shown": await shown_of(found, chosen_language(request)), "confirmer": found.confirmer_name}
    told |= {"path": f"/practice/confirmations/{found.id}/here", "holder": me.name}
    back = ("The record", f"/practice/records/{found.record_id}")
    status = 422 if problems else 200
    return render(request, "records/here.html", status, values=values, problems=problems, back=back, **told)


async def _answer(request: Request) -> tuple[str, str]:
    values = await form_data(request)
    return str(values.get("answer", "")), str(values.get("note", ""))


async def _question(
    request: Request, found: Confirmation, path: str, wrong: Invalid | None = None, note: str = ""
) -> Response:
    now = clock.now()
    return render(
        request,
        "records/question.html",
        422 if wrong else 200,
        unit=await CentralUnit.get(id=found.unit_id),
        problems=wrong.problems if wrong else {},
        values={"note": note},
        shown=await shown_of(found, chosen_language(request)),
        confirmer=found.confirmer_name,
        may_confirm=found.state == "asked" and now < found.expires,
        may_dispute=may_dispute(found.state, dispute_until=found.dispute_until, now=now),
        state=found.state,
        how=STRENGTHS.get(found.strength, ""),
        answered=found.answered,
        until=found.dispute_until or found.expires,
        zone=await zone_of(found.unit_id),
        path=path,
    )
