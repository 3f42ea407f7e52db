"""What was sent to a program, for the program itself: so it finds what it missed."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from training.clients.api import PageQuery, page_of
from training.clients.operations import ApiCall, ApiPage, Operation
from training.clients.webhooks.messages import SCOPE, STATES, messages_of
from training.clients.webhooks.models import Webhook

State = Literal["waiting", "sent", "failed"]


class MessageQuery(PageQuery):
    """Which messages are asked for."""

    state: State | None = Field(None, description="Those of one state alone.")


class MessageShape(BaseModel):
    """One message, as it was or is to be sent, and what became of it."""

    id: UUID
    webhook_id: str = Field(description="As in the header webhook-id.")
    state: State
    attempts: int
    last_error: str
    message: dict[str, Any] = Field(description="Its body: type, timestamp and data.")


class MessagePage(ApiPage):
    """One page of messages."""

    messages: Sequence[MessageShape]


async def webhook_messages(call: ApiCall) -> MessagePage:
    """Lists the messages of the last 90 days to the program that asks, in no order of time."""
    asked: MessageQuery = call.query
    hook = await Webhook.get_or_none(client_id=call.actor.person_id)
    if hook is None:
        return MessagePage(messages=[], next=None)
    wanted = [one for one, told in STATES.items() if asked.state in (None, told)]
    found = messages_of(hook).filter(state__in=wanted)
    rows, following = await page_of(call, found, "id", "state", "attempts", "last_error", "payload")
    shown = [
        MessageShape.model_validate(
            row | {"state": STATES[row["state"]], "webhook_id": row["payload"]["id"], "message": row["payload"]["body"]}
        )
        for row in rows
    ]
    return MessagePage(messages=shown, next=following)


MESSAGES = Operation(
    webhook_messages, SCOPE, "List what was sent to you, and what became of it", MessagePage, MessageQuery
)
