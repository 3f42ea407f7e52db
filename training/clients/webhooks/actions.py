"""What changes a webhook: its address and events, a new secret, stopped and going on; a message sent once more."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from training.clients.models import ApiClient
from training.clients.webhooks.messages import PURPOSE, messages_of
from training.clients.webhooks.models import Webhook
from training.clients.webhooks.rules import EVENTS
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Invalid, NotFound
from training.core.outbound import AddressForbidden, Outbound, registered_ports
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.text_messages.webhook_signatures import written_secret
from training.trail import facts

SECRET_BYTES = 32
BOTH_COUNT = timedelta(days=1)
"""How long the secret of before signs beside a new one."""


async def set_up(
    client: ApiClient, *, url: str, events: Sequence[str], encryptor: Encryptor, outbound: Outbound, actor: Actor,
    now: datetime,
) -> Webhook:  # fmt: skip
    """Sets where a program of the actor's unit is told of what; the first time with a secret made for it."""
    problems = {}
    try:
        await outbound.check(url, ports=registered_ports(url))
    except AddressForbidden:
        problems["url"] = "We cannot call this address. Enter one on the internet, as https://host/path"
    if not events or not set(events) <= set(EVENTS):
        problems["events"] = "Choose what it is told of"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    chosen = [one for one in EVENTS if one in events]
    async with transaction():
        await ApiClient.select_for_update().get(id=client.id)  # pressed twice, the second waits and sees the first
        hook = await Webhook.get_or_none(client_id=client.id)
        if hook is None:
            secret = encryptor.encrypt_text(_drawn(), purpose=PURPOSE)
            hook = await Webhook.create(
                id=uuid4(), client_id=client.id, url=url, events=chosen, secret=secret, made=now
            )
        else:
            await Webhook.filter(id=hook.id).update(url=url, events=chosen)
        detail = {"client": str(client.id), "url": url, "events": chosen}
        await facts.record("webhook.set", hook, actor=actor.person_id, unit=client.unit_id, now=now, detail=detail)
    return hook


async def rotate(client: ApiClient, *, encryptor: Encryptor, actor: Actor, now: datetime) -> None:
    """Makes a new secret; the one of now signs beside it for a day."""
    async with transaction():
        hook = await _held(client)
        secret = encryptor.encrypt_text(_drawn(), purpose=PURPOSE)
        until = now + BOTH_COUNT
        await Webhook.filter(id=hook.id).update(secret=secret, former_secret=hook.secret, former_until=until)
        await facts.record("webhook.secret_changed", hook, actor=actor.person_id, unit=client.unit_id, now=now)


async def stop(client: ApiClient, *, stopped: bool, actor: Actor, now: datetime) -> None:
    """Stops messages to a program, or lets them go on."""
    async with transaction():
        hook = await _held(client)
        if not await Webhook.filter(id=hook.id, stopped=not stopped).update(stopped=stopped):
            raise Conflict("That was done already.", "Look at the page again.")
        detail = {"stopped": stopped}
        await facts.record("webhook.set", hook, actor=actor.person_id, unit=client.unit_id, now=now, detail=detail)


async def send_again(client: ApiClient, message: UUID, *, now: datetime) -> None:
    """Sends a message to a program once more, under the same id."""
    hook = await _held(client)
    if not await messages_of(hook).filter(id=message).exists():
        raise NotFound("There is no such message.", "Look at the page again.")
    await facts.send_again(message, now=now)


async def _held(client: ApiClient) -> Webhook:
    hook = await Webhook.get_or_none(client_id=client.id)
    if hook is None:
        raise NotFound("This program is told of nothing yet.", "Enter an address first.")
    return hook


def _drawn() -> str:
    return written_secret(secrets.token_bytes(SECRET_BYTES))
