"""Pages that let somebody in: whom was sent what, an invitation again, and the card that is printed."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock, qr
from training.people.actions import signer
from training.people.actor import Actor
from training.people.authentication.invitations import invite, let_in_by, make_card, open_links, withdraw_card
from training.people.models import Email, SignInLink
from training.web.render import actor, form_data, identity, redirect, render
from training.web.resources import PageResources


async def ways_in(request: Request) -> Response:
    """Shows how somebody gets in, and what was sent; posted, invites them or makes or withdraws a card."""
    me: Actor = actor(request)
    person, now = await let_in_by(me, identity(request)), clock.now()
    here = f"/people/{person.id}/ways-in"
    if request.method == "GET":
        rows = await SignInLink.filter(person_id=person.id, way__in=["invitation", "card"]).order_by("-made").values(
            "way", "address", "made", "expires", "used"
        )  # fmt: skip
        return render(
            request, "people/ways_in.html", person=person, sent=[row | {"word": _word(row, now)} for row in rows],
            emails=await Email.filter(person_id=person.id).order_by("address").values("address", "confirmed"),
            card=await open_links(person.id, "card", now=now).exists(), back=(person.name, f"/people/{person.id}"),
        )  # fmt: skip
    values = await form_data(request)
    if values.get("do") == "card":
        await make_card(person.id, actor=me, now=now)
        return redirect(request, f"/people/{person.id}/card")
    if values.get("do") == "withdraw":
        await withdraw_card(person.id, actor=me, now=now)
        return redirect(request, here, notice="The card is withdrawn. It lets nobody in any more.")
    await invite(person.id, str(values.get("address", "")), actor=me, now=now)
    return redirect(request, here, notice="The invitation goes out now. An earlier one is no longer good.")


def _word(row: dict[str, Any], now: Any) -> str:
    if row["used"]:
        return "Used"
    return "Open" if row["expires"] > now else "Ended"


async def card(request: Request) -> Response:
    """Shows the open card of a person, to be printed: a QR code that signs in once, and plain words."""
    me: Actor = actor(request)
    person, settings = await let_in_by(me, identity(request)), PageResources.of(request).settings
    back = ("Ways in", f"/people/{person.id}/ways-in")
    found = await open_links(person.id, "card", now=clock.now()).first()
    if found is None:
        return redirect(request, back[1], notice="There is no card that still works. Make a new one.")
    address = f"{settings.public_url}/sign-in/{signer(settings.secret_key).dumps(str(found.id))}"
    code = qr.svg(address, title="Scan this to sign in")
    return render(request, "people/card.html", person=person, card=found, qr=code, home=settings.public_url, back=back)
