"""The forms with which somebody logs a group or supervision, corrects it, takes it back or asks again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.parsing.addresses import plain_address
from training.people.actor import Actor
from training.practice import actions, asking
from training.practice.forms import ConfirmerForm, DeliveryForm, SupervisionForm, typed_delivery, typed_supervision
from training.practice.models import Delivery, Supervision, deliveries_visible_to
from training.practice.naming import colleagues
from training.practice.pages import found_record
from training.practice.rules import KINDS_OF_SUPERVISION, MODES, ROLES, TAILORED, Confirmer
from training.sites.programmes import programme_choices
from training.web import rate_limits
from training.web.render import actor, form_data, redirect, render, validate

MOST_ASKED = ("60/hour", "200/day")
"""How many forms that send mail one person may send: plenty for a backlog, and no way to spread junk."""
MOST_TO_ONE = "60/day"
"""How many requests one address gets, whoever asks."""


async def delivery(request: Request) -> Response:
    """Shows the form for a group, and logs it."""
    return await _delivery(request, None)


async def supervision(request: Request) -> Response:
    """Shows the form for a supervision session, and logs it."""
    return await _supervision(request, None)


async def correct(request: Request) -> Response:
    """Shows the form with what was logged, and writes the correction beside it."""
    row = await _own_record(request)
    return await _delivery(request, row) if isinstance(row, Delivery) else await _supervision(request, row)


async def _delivery(request: Request, old: Delivery | None) -> Response:
    me: Actor = actor(request)
    values = {"key": str(uuid4()), **(await typed_delivery(old) if old else {})}
    try:
        if request.method == "POST":
            values = await form_data(request)
            given = validate(DeliveryForm, values)
            await _count(me, given.asked())
            row = await actions.log_delivery(
                given.entry(),
                key=given.key,
                actor=me,
                now=clock.now(),
                confirmer=given.asked(),
                replaces=old.id if old else None,
            )
            return redirect(request, f"/practice/deliveries/{row.id}")
    except Invalid as wrong:
        return await _delivery_form(request, old, values, wrong.problems, 422)
    return await _delivery_form(request, old, values, {}, 200)


async def _delivery_form(
    request: Request, old: Delivery | None, values: Mapping[str, Any], problems: Mapping[str, str], status: int
) -> Response:
    return render(
        request,
        "practice/delivery.html",
        status,
        values=values,
        problems=problems,
        leaders=await _people(actor(request), "co_leader", values),
        people=await _people(actor(request), "confirmer", values),
        roles=list(ROLES.items()),
        modes=list(MODES.items()),
        kinds=list(TAILORED.items()),
        programmes=await programme_choices(actor(request).unit_id),
        correcting=bool(old),
        path=f"/practice/deliveries/{old.id}/correct" if old else "/practice/deliveries/new",
        back=("My practice", "/practice"),
    )


async def _supervision(request: Request, old: Supervision | None) -> Response:
    me: Actor = actor(request)
    values = {"key": str(uuid4()), **(typed_supervision(old) if old else {})}
    try:
        if request.method == "POST":
            values = await form_data(request)
            given = validate(SupervisionForm, values)
            entry = given.entry()
            await _count(me, entry.supervisor)
            row = await actions.log_supervision(
                entry, key=given.key, actor=me, now=clock.now(), replaces=old.id if old else None
            )
            return redirect(request, f"/practice/supervision/{row.id}")
    except Invalid as wrong:
        return await _supervision_form(request, old, values, wrong.problems, 422)
    return await _supervision_form(request, old, values, {}, 200)


async def _supervision_form(
    request: Request, old: Supervision | None, values: Mapping[str, Any], problems: Mapping[str, str], status: int
) -> Response:
    me: Actor = actor(request)
    groups = (
        await deliveries_visible_to(me).filter(person_id=me.person_id).order_by("-ended").values("id", "group_name")
    )
    return render(
        request,
        "practice/supervision.html",
        status,
        values=values,
        problems=problems,
        people=await _people(me, "supervisor", values),
        kinds=list(KINDS_OF_SUPERVISION.items()),
        programmes=await programme_choices(me.unit_id),
        modes=list(MODES.items()),
        groups=[("", "No group in particular"), *((str(row["id"]), row["group_name"]) for row in groups)],
        correcting=bool(old),
        path=f"/practice/supervision/{old.id}/correct" if old else "/practice/supervision/new",
        back=("My practice", "/practice"),
    )


async def ask(request: Request) -> Response:
    """Shows the form that asks one more person to confirm a record, and asks them."""
    me: Actor = actor(request)
    row = await _own_record(request)
    values, problems = {}, {}
    path = f"/practice/{request.path_params['kind']}/{row.id}"
    if request.method == "POST":
        values = await form_data(request)
        try:
            wanted = validate(ConfirmerForm, values).asked()
            if wanted is None:
                raise Invalid("There is a problem", problems={"confirmer": "Choose or write who can confirm it"})
            await _count(me, wanted)
            await asking.ask_confirmation(row, wanted, actor=me, now=clock.now())
            return redirect(request, path)
        except Invalid as wrong:
            problems = wrong.problems
    shown = {"people": await _people(me, "confirmer", values), "path": f"{path}/ask", "back": ("The record", path)}
    return render(request, "practice/ask.html", 422 if problems else 200, values=values, problems=problems, **shown)


async def take_back(request: Request) -> Response:
    """Asks why a record is taken back, and takes it back."""
    row = await _own_record(request)
    values: Mapping[str, Any] = {"key": str(uuid4())}
    problems: Mapping[str, str] = {}
    path = f"/practice/{request.path_params['kind']}/{row.id}"
    if request.method == "POST":
        values = await form_data(request)
        try:
            key = _key(values)
            reason = str(values.get("reason", ""))
            await actions.take_back(row, reason=reason, key=key, actor=actor(request), now=clock.now())
            return redirect(request, "/practice")
        except Invalid as wrong:
            problems = wrong.problems
    shown = {"path": f"{path}/take-back", "back": ("The record", path)}
    return render(
        request, "practice/take_back.html", 422 if problems else 200, values=values, problems=problems, **shown
    )


async def _count(me: Actor, confirmer: Confirmer | None = None) -> None:
    """Counts a form that writes to somebody; past the limit it is a problem of the form, so that the text stays."""
    now = clock.now()
    try:
        for limit in MOST_ASKED:
            await rate_limits.allow("ask to confirm", str(me.person_id), limit=limit, now=now)
        if confirmer and confirmer.contact:
            await rate_limits.allow("be asked to confirm", plain_address(confirmer.contact), limit=MOST_TO_ONE, now=now)
    except rate_limits.TooMany as error:
        words = "You have sent a lot. Wait a little, then send this again"
        raise Invalid("There is a problem", problems={"form": words}) from error


def _key(values: Mapping[str, Any]) -> UUID:
    try:
        return UUID(str(values.get("key")))
    except ValueError as error:
        raise Invalid("There is a problem", problems={"form": "Open the page again and send it from there"}) from error


async def _own_record(request: Request) -> Delivery | Supervision:
    row = await found_record(actor(request), request)
    if row.person_id != actor(request).person_id:
        raise NotFound("There is no such record of yours.", "Look at your practice page again.")
    return row


async def _people(me: Actor, part: str, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lists who is offered for a part; whoever was chosen stays a choice, also where a record is corrected."""
    offered = await colleagues(me, me.today, part=part, chosen=_ids(values.get(part)))
    known = [(str(row["id"]), row["name"]) for row in offered]
    return [("", "Choose a name"), *known, ("other", "Somebody who is not in this list")]


def _ids(text: object) -> list[UUID]:
    try:
        return [UUID(str(text))]
    except ValueError:
        return []
