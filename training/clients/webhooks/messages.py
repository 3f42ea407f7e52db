"""Messages to programs: queued as follow-up work for whoever may know, signed, sent in order, tried again, listed."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from training.clients.actor import ClientActor, acting_as
from training.clients.webhooks.models import Webhook
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Upstream
from training.core.outbound import Outbound, registered_ports
from training.lti.platform.access_tokens import wait
from training.people.text_messages.webhook_signatures import signed
from training.trail import facts
from training.trail.models import Followup

SEND = "send webhook"
SCOPE = "webhooks"
PURPOSE = "webhook secret"
"""What the secrets are encrypted for."""
GONE = 410
ANSWER_SECONDS = 10
"""How long a program may take to answer; then it is tried again later."""
WAITING = ("queued", "running")
STATES = {"queued": "waiting", "running": "waiting", "done": "sent", "refused": "failed", "dead": "failed"}
"""State of the work → what became of the message."""


@dataclass(frozen=True)
class Event:
    """What happened: its kind, what it is about, when, and what is told of it. No names: a program asks for them."""

    kind: str
    about: UUID
    at: datetime
    data: Mapping[str, Any]


Sees = Callable[[ClientActor], Awaitable[bool]]
"""Tells whether a program may know of it."""


async def announce(event: Event, *, unit_id: UUID, sees: Sees, now: datetime) -> None:
    """Queues an event for each program of the unit that wants it and may know of it, once however often it is said."""
    hooks = Webhook.filter(client__unit_id=unit_id, client__state="active", stopped=False)
    timers = []
    for hook in await hooks.select_related("client", "client__unit", "client__area"):
        if event.kind not in hook.events or SCOPE not in hook.client.scopes:
            continue
        if await sees(acting_as(hook.client, SCOPE, now=now)):
            # In the order of its key: what is about the same goes out in the order in which it happened.
            key = f"{SEND}/{hook.id}/{event.about}/{int(event.at.timestamp() * 1000):015} {event.kind}"
            body = {"type": event.kind, "timestamp": event.at.isoformat(), "data": dict(event.data)}
            message = {"id": f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}", "body": body}
            timers.append(facts.Timer(SEND, key, now, message, str(hook.id)))
    await facts.schedule_all(timers)


async def send(work: Followup, outbound: Outbound, encryptor: Encryptor, *, now: datetime) -> None:
    """Sends one message, once those about the same that came before it are gone out or given up."""
    hook = await Webhook.get_or_none(id=work.subject_id).select_related("client")
    if hook is None or hook.stopped or hook.client.state != "active":
        raise Conflict("Messages to this program are stopped.", "Let them go on, then send it again.")
    if SCOPE not in hook.client.scopes:  # it was taken away while this waited
        raise Conflict("This program may not be told any more.", "Let it, then send it again.")
    before = Followup.filter(kind=SEND, key__gte=f"{work.key.rpartition('/')[0]}/", key__lt=work.key)
    if await before.filter(state__in=WAITING).exists():
        raise Upstream("An earlier message about the same waits.", "It goes first.")
    running = hook.former_secret if hook.former_until and hook.former_until > now else ""
    secrets = [encryptor.decrypt_text(one, purpose=PURPOSE) for one in (hook.secret, running) if one]
    body = json.dumps(work.payload["body"], ensure_ascii=False, sort_keys=True).encode()
    headers = {"Content-Type": "application/json", **signed(work.payload["id"], body, secrets=secrets, now=now)}
    ports = registered_ports(hook.url)
    reply = await outbound.fetch("POST", hook.url, headers=headers, body=body, ports=ports, seconds=ANSWER_SECONDS)
    if reply.status == GONE:
        raise Conflict("The program does not want to be told any more (410).", "Ask who looks after it.")
    if not reply.ok:
        raise Upstream(f"The program answered with {reply.status}.", retry_after=wait(reply, now))


def messages_of(hook: Webhook) -> QuerySet[Followup]:
    """Lists what was or is to be sent to a program; what is done is kept for 90 days."""
    return Followup.filter(kind=SEND, subject_id=str(hook.id))
