"""The life of an issuer's key: announced, active, retired or compromised."""

import asyncio
import json
import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tortoise.exceptions import IntegrityError

from certificates.credential_models import IssuerKey, StatusList
from certificates.multikey import multikey, rsa_jwk
from certificates.safe import Safe
from training import facts
from training.database.opening import transaction
from training.errors import Conflict, NotFound

ANNOUNCED_FOR = timedelta(hours=48)  # so that whoever keeps our keys has fetched the new one before it signs
RSA_BITS = 2048
PURPOSES = ("document", "token")


def slot(unit_id: UUID, purpose: str) -> str:
    """Names the place that one active key of an issuer can hold."""
    return f"{unit_id}/{purpose}"


async def first(unit_id: UUID, purpose: str, *, safe: Safe, now: datetime) -> IssuerKey:
    """Makes an issuer's first key, active at once; of two makers at once, both get the same key."""
    if made := await IssuerKey.get_or_none(slot=slot(unit_id, purpose)):
        return made
    row = await _made(unit_id, purpose, safe=safe, now=now)
    row.state, row.slot, row.activated = "active", slot(unit_id, purpose), now
    try:
        async with transaction():
            await row.save(force_create=True)
            await facts.record("key.activated", row, actor=None, unit=unit_id, now=now, detail={"kid": row.kid})
    except IntegrityError:
        return await IssuerKey.get(slot=slot(unit_id, purpose))
    return row


async def announce(unit_id: UUID, *, safe: Safe, now: datetime, actor: UUID | None = None) -> list[IssuerKey]:
    """Publishes the next keys of an issuer; they sign from two days later on. Asking twice gives the same keys."""
    announced = []
    for purpose in PURPOSES:
        waiting = await IssuerKey.filter(unit_id=unit_id, purpose=purpose, state="announced").first()
        if waiting is None:
            waiting = await _made(unit_id, purpose, safe=safe, now=now)
            async with transaction():
                await waiting.save(force_create=True)
                detail = {"kid": waiting.kid}
                await facts.record("key.announced", waiting, actor=actor, unit=unit_id, now=now, detail=detail)
        announced.append(waiting)
    return announced


async def turn_over(*, now: datetime) -> int:
    """Puts every key to use that was announced long enough ago, and retires the one before; tells how many."""
    due = await IssuerKey.filter(state="announced", announced__lte=now - ANNOUNCED_FOR).order_by("announced")
    for row in due:
        await _activate(row, now=now)
    return len(due)


async def compromise(kid: str, *, safe: Safe, now: datetime, actor: UUID | None = None) -> IssuerKey:
    """Gives a key up at once: nothing signed with it is believed any more. A new one takes its place.

    What it had signed is then signed again: see publishing.sign_again.
    """
    row = await IssuerKey.get_or_none(kid=kid)
    if row is None:
        raise NotFound(f"There is no key {kid}.", "List the keys: training keys list.")
    successor = await IssuerKey.filter(unit_id=row.unit_id, purpose=row.purpose, state="announced").first()  # type: ignore[attr-defined]
    async with transaction():
        given_up = IssuerKey.filter(id=row.id).exclude(state="compromised")
        if not await given_up.update(state="compromised", slot=None, ended=now):
            raise Conflict(f"The key {kid} was given up before.", "Nothing is left to do.")
        # What the key had signed is not believed any more: the lists are signed again when they are next asked for.
        await StatusList.filter(unit_id=row.unit_id).update(signed_at=None)  # type: ignore[attr-defined]
        await facts.record("key.compromised", row, actor=actor, unit=row.unit_id, now=now, detail={"kid": kid})  # type: ignore[attr-defined]
    if row.state == "active" and successor is not None:
        await _activate(successor, now=now)
    elif row.state == "active":
        await first(row.unit_id, row.purpose, safe=safe, now=now)  # type: ignore[attr-defined]
    return row


async def _activate(row: IssuerKey, *, now: datetime) -> None:
    unit_id: UUID = row.unit_id  # type: ignore[attr-defined]
    place = slot(unit_id, row.purpose)
    async with transaction():
        if not await IssuerKey.filter(id=row.id, state="announced").update(state="active", activated=now):
            return  # somebody else was first
        before = await IssuerKey.filter(slot=place).first()
        if before is not None:
            await IssuerKey.filter(id=before.id).update(state="retired", slot=None, ended=now)
            await facts.record("key.retired", before, actor=None, unit=unit_id, now=now, detail={"kid": before.kid})
        await IssuerKey.filter(id=row.id).update(slot=place)
        await facts.record("key.activated", row, actor=None, unit=unit_id, now=now, detail={"kid": row.kid})


async def _made(unit_id: UUID, purpose: str, *, safe: Safe, now: datetime) -> IssuerKey:
    kid = secrets.token_hex(8)
    key = await asyncio.to_thread(_generated, purpose)  # an RSA key takes a tenth of a second
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return IssuerKey(
        id=uuid4(),
        unit_id=unit_id,
        kid=kid,
        purpose=purpose,
        state="announced",
        public=_public(key, kid),
        sealed=safe.seal(raw, purpose=kid),
        announced=now,
    )


def _generated(purpose: str) -> Ed25519PrivateKey | RSAPrivateKey:
    return Ed25519PrivateKey.generate() if purpose == "document" else generate_private_key(65537, RSA_BITS)


def _public(key: Ed25519PrivateKey | RSAPrivateKey, kid: str) -> str:
    if isinstance(key, Ed25519PrivateKey):
        return multikey(key.public_key())
    return json.dumps(rsa_jwk(key.public_key(), kid), separators=(",", ":"))
