"""Setting an organisation's OpenID provider, and finding who it has signed in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from training.core.encryption import Encryptor
from training.core.errors import Invalid
from training.core.outbound import Outbound
from training.database.connection import transaction
from training.openid.client import discover
from training.people.actor import Actor
from training.people.authentication.models import OpenIdProvider
from training.people.models import Email
from training.trail import facts

PURPOSE = "openid client"
"""What the secret of a client is encrypted for."""


async def set_provider(
    *,
    name: str,
    issuer: str,
    client_id: str,
    secret: str,
    domains: Iterable[str],
    strong_values: Iterable[str],
    encryptor: Encryptor,
    outbound: Outbound,
    actor: Actor,
    now: datetime,
) -> None:
    """Sets the provider of the actor's unit, once it has answered; an empty secret leaves the one there is."""
    await discover(issuer, outbound=outbound)
    there = await OpenIdProvider.get_or_none(unit_id=actor.unit_id)
    kept = encryptor.encrypt_text(secret, purpose=PURPOSE) or (there.client_secret if there else "")
    if not kept:
        raise Invalid("There is a problem", problems={"client_secret": "Enter the client secret"})
    row = OpenIdProvider(id=there.id if there else uuid4(), unit_id=actor.unit_id, name=name, issuer=issuer)
    row.client_id, row.client_secret = client_id, kept
    row.domains, row.strong_values = sorted(domains), sorted(strong_values)
    async with transaction():
        await row.save(force_create=there is None, force_update=there is not None)
        await facts.record(
            "openid_provider.set", row, actor=actor.person_id, unit=actor.unit_id, now=now,
            detail={"issuer": issuer, "client": client_id, "domains": row.domains, "second_step": row.strong_values},
        )  # fmt: skip


async def remove_provider(*, actor: Actor, now: datetime) -> None:
    """Takes the provider of the actor's unit away; who signed in by it stays signed in until the session ends."""
    found = await OpenIdProvider.get_or_none(unit_id=actor.unit_id)
    if found is None:
        return
    async with transaction():
        await OpenIdProvider.filter(id=found.id).delete()
        await facts.record("openid_provider.removed", found, actor=actor.person_id, unit=actor.unit_id, now=now)


async def person_at(address: str, unit_id: UUID) -> UUID | None:
    """Returns whose address it is in the unit; nobody is made, and none that a site or an LMS told counts."""
    known = Email.filter(unit_id=unit_id, address=address, mail_only=False, person__erased_at__isnull=True)
    found = await known.first()
    return found.person_id if found else None
