"""The page of where somebody is reached: e-mail addresses and telephone numbers, added and ended."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid
from training.people.actor import Actor
from training.people.contact import mending
from training.people.contact.actions import add_address
from training.people.models import Email, Person, Phone
from training.people.visibility import person_for
from training.web.render import actor, form_data, identity, redirect, render

DO = {
    "address": (add_address, "address", "Letters go there now. To let them sign in by it, invite them."),
    "end address": (mending.end_address, "address", "The address is ended."),
    "phone": (mending.add_phone, "phone", "The number is kept."),
    "end phone": (mending.remove_phone, "phone", "The number is removed."),
}
"""What a button does → the action, the field that it reads, and what is said after."""


async def contact(request: Request) -> Response:
    """Shows where somebody is reached; posted, adds or ends an address or a number."""
    me: Actor = actor(request)
    found = await person_for(me, "manage people", identity(request))
    if request.method == "GET":
        return await _shown(request, found)
    values = await form_data(request)
    if (wanted := str(values.get("do", ""))) not in DO:
        return await _shown(request, found)
    action, field, said = DO[wanted]
    try:
        await action(found.id, str(values.get(field, "")), actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, f"/people/{found.id}/contact", notice=said)


async def _shown(request: Request, found: Person, status: int = 200, **told: Any) -> Response:
    return render(
        request, "people/contact.html", status, person=found, back=(found.name, f"/people/{found.id}"),
        emails=await Email.filter(person=found).order_by("address").values("address", "confirmed", "mail_only"),
        phones=await Phone.filter(person=found).order_by("number").values_list("number", flat=True), **told,
    )  # fmt: skip
