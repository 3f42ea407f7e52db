"""The page of a program's webhook: where it is told of what, its secret, and what became of each message."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.clients.pages import registered
from training.clients.resources import ClientResources
from training.clients.webhooks import actions
from training.clients.webhooks.messages import PURPOSE, SCOPE, STATES, messages_of
from training.clients.webhooks.models import Webhook
from training.clients.webhooks.rules import EVENTS
from training.core import clock
from training.core.errors import Conflict, Invalid
from training.parsing.text import uuid_of
from training.people.actor import Actor
from training.web.render import actor, form_data, redirect, render, validate

SHOWN = 50
"""Messages of the page, the latest first."""
SAID = {
    "save": "It is saved.",
    "rotate": "There is a new secret. For a day, messages are signed with both.",
    "stop": "Messages are stopped.",
    "go on": "Messages go on. Those that were refused meanwhile can be sent again.",
    "again": "It is sent again in a moment.",
}


class WebhookForm(BaseModel):
    """The forms of the page: what to do, and what each asks."""

    do: str = "save"
    url: str = Field("", title="the address", max_length=1000)
    events: list[str] | str = []
    message: str = ""


async def webhook(request: Request) -> Response:
    """Shows where a program is told of what; posted, changes it, its secret, or sends a message again."""
    found = await registered(request)
    if request.method == "GET":
        return await _shown(request, found)
    values = await form_data(request)
    try:
        asked = validate(WebhookForm, values)
        await _do(asked, request, found)
    except Invalid as error:
        return await _shown(request, found, 422, problems=error.problems, values=values)
    return redirect(request, f"/clients/{found.id}/webhook", notice=SAID[asked.do])


async def _do(asked: WebhookForm, request: Request, found: Any) -> None:
    me: Actor = actor(request)
    given, now = ClientResources.of(request).tool, clock.now()
    if asked.do == "save":
        events = [asked.events] if isinstance(asked.events, str) else asked.events
        await actions.set_up(
            found, url=asked.url.strip(), events=events, encryptor=given.encryptor, outbound=given.platform.outbound,
            actor=me, now=now,
        )  # fmt: skip
    elif asked.do == "rotate":
        await actions.rotate(found, encryptor=given.encryptor, actor=me, now=now)
    elif asked.do in ("stop", "go on"):
        await actions.stop(found, stopped=asked.do == "stop", actor=me, now=now)
    elif asked.do == "again":
        await actions.send_again(found, uuid_of(asked.message) or UUID(int=0), now=now)
    else:
        raise Conflict("There is nothing to do.", "Look at the page again.")


async def _shown(request: Request, found: Any, status: int = 200, **told: Any) -> Response:
    hook = await Webhook.get_or_none(client_id=found.id)
    encryptor = ClientResources.of(request).tool.encryptor
    rows = await messages_of(hook).order_by("-due").limit(SHOWN) if hook else []
    values = told.pop("values", {"url": hook.url, "events": hook.events} if hook else {})
    return render(
        request, "webhooks/webhook.html", status, client={"name": found.name, "path": f"/clients/{found.id}"},
        hook=hook, secret=encryptor.decrypt_text(hook.secret, purpose=PURPOSE) if hook else "",
        both=bool(hook and hook.former_until and hook.former_until > clock.now()), may=SCOPE in found.scopes,
        events=list(EVENTS.items()), values=values,
        messages=[
            {"id": str(one.id), "kind": EVENTS.get(one.payload["body"]["type"], ""), "at": one.due,
             "state": STATES[one.state], "attempts": one.attempts, "error": one.last_error}
            for one in rows
        ],
        back=(found.name, f"/clients/{found.id}"), **told,
    )  # fmt: skip
