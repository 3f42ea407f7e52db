"""The issuers' keys: announced, active, retired or compromised, and unlocked once a process for signing."""

import asyncio
import json
import secrets
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key
from jwt import PyJWK
from tortoise.exceptions import IntegrityError

from certificates.credentials import offline_code, proofs, urls
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.models import IssuerKey, StatusList
from certificates.credentials.proofs import from_multikey, multikey
from training.core.encryption import Encryptor
from training.core.errors import AppError, Conflict, NotFound
from training.core.jwk import public_jwk
from training.database.connection import transaction
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.seals import Sign
from training.trail.verify import SealKey

DOCUMENT, TOKEN = "document", "token"
ANNOUNCED_FOR = timedelta(hours=48)  # so that whoever keeps our keys has fetched the new one before it signs
RSA_BITS = 2048
PURPOSES = ("document", "token")


class Signer(Protocol):
    """Signs for one issuer; a hardware module or a key service can stand in for the keys of the database."""

    @property
    def issuer(self) -> str:
        """Names the issuer."""

    @property
    def document_kid(self) -> str:
        """Names the key that signs documents."""

    @property
    def token_kid(self) -> str:
        """Names the key that signs tokens."""

    def sign(self, document: Mapping[str, Any], *, created: datetime) -> dict[str, Any]:
        """Adds a proof."""

    def token(self, credential: Mapping[str, Any]) -> str:
        """Writes the credential as a token."""

    def code(self, facts: CertificateFacts) -> str:
        """Writes the code that proves the certificate without a network."""

    def answer(self, said: Mapping[str, Any], *, about: str, now: datetime) -> str:
        """Writes what a check found as a token."""


@dataclass(frozen=True)
class LocalSigner:
    """Signs with keys that were unlocked from the database."""

    issuer: str
    method: str
    key_address: str
    document_kid: str
    token_kid: str
    document_key: Ed25519PrivateKey
    token_key: RSAPrivateKey

    def sign(self, document: Mapping[str, Any], *, created: datetime) -> dict[str, Any]:
        """Adds a proof."""
        return proofs.sign_document(document, key=self.document_key, method=self.method, created=created)

    def token(self, credential: Mapping[str, Any]) -> str:
        """Writes the credential as a token."""
        return proofs.sign_token(credential, key=self.token_key, kid=self.key_address)

    def code(self, facts: CertificateFacts) -> str:
        """Writes the code that proves the certificate without a network."""
        return offline_code.code(facts, kid=self.document_kid, sign=self.document_key.sign)

    def answer(self, said: Mapping[str, Any], *, about: str, now: datetime) -> str:
        """Writes what a check found as a token."""
        return proofs.sign_answer(
            said, issuer=self.issuer, about=about, key=self.token_key, kid=self.key_address, now=now
        )


class KeyStore:
    """Unlocks the active keys of each issuer once, and knows the public ones."""

    def __init__(self, safe: Encryptor, *, home: str) -> None:
        self.home = home
        self._safe = safe
        self._unlocked: dict[str, Ed25519PrivateKey | RSAPrivateKey] = {}
        self._making = asyncio.Lock()

    def at(self, home: str) -> "KeyStore":
        """Gives the same keys under the address that a certificate was frozen with, be it no longer ours."""
        moved = copy(self)
        moved.home = home
        return moved

    async def signer(self, unit: CentralUnit, *, now: datetime) -> Signer:
        """Gives the issuer's signer, and makes its first keys when it has none."""
        document, document_key = await self._active(unit, DOCUMENT, now)
        token, token_key = await self._active(unit, TOKEN, now)
        assert isinstance(document_key, Ed25519PrivateKey) and isinstance(token_key, RSAPrivateKey)
        return LocalSigner(
            issuer=urls.issuer_did(self.home, unit.slug),
            method=self.method(unit.slug, document.public),
            key_address=urls.key_page(self.home, token.kid),
            document_kid=document.kid,
            token_kid=token.kid,
            document_key=document_key,
            token_key=token_key,
        )

    def method(self, slug: str, public: str) -> str:
        """Names a document key as its issuer's did.json does."""
        return f"{urls.issuer_did(self.home, slug)}#{public}"

    async def trusted(self) -> dict[str, Ed25519PublicKey]:
        """Lists the document keys that issuers of this service vouch for: all but the compromised ones."""
        rows = await IssuerKey.filter(purpose=DOCUMENT).exclude(state="compromised").prefetch_related("unit")
        return {self.method(row.unit.slug, row.public): from_multikey(row.public) for row in rows}

    async def trusted_for_codes(self) -> dict[str, Ed25519PublicKey]:
        """Lists the same keys by kid, as offline codes name them."""
        rows = await IssuerKey.filter(purpose=DOCUMENT).exclude(state="compromised")
        return {row.kid: from_multikey(row.public) for row in rows}

    async def given_up_for_codes(self) -> dict[str, Ed25519PublicKey]:
        """Lists the keys that were compromised, by kid: codes that were printed before still lead to our records."""
        rows = await IssuerKey.filter(purpose=DOCUMENT, state="compromised")
        return {row.kid: from_multikey(row.public) for row in rows}

    async def trusted_for_tokens(self) -> dict[str, RSAPublicKey]:
        """Lists the token keys that issuers vouch for, by address."""
        rows = await IssuerKey.filter(purpose=TOKEN).exclude(state="compromised")
        return {urls.key_page(self.home, row.kid): PyJWK(json.loads(row.public)).key for row in rows}

    async def token_key(self, kid: str) -> RSAPublicKey | None:
        """Gives the public part of a token key, also of one that was given up: what it had signed is still ours."""
        row = await IssuerKey.get_or_none(kid=kid, purpose=TOKEN)
        return PyJWK(json.loads(row.public)).key if row else None

    async def check(self) -> None:
        """Opens each key that signs now, where there are any; raises Upstream when one cannot be opened."""
        for row in await IssuerKey.filter(slot__isnull=False):
            if row.kid not in self._unlocked:
                self._unlocked[row.kid] = await asyncio.to_thread(self._unlock, row)

    async def seal_signer(self, *, now: datetime) -> Sign | None:
        """Gives what signs the seals of the trail: each issuer's document key, made where there is none yet.

        Every issuer signs, as the trail is one: each can then vouch for it with a key of its own. Without an issuer
        there is nobody to sign, and nothing to seal.
        """
        active = [await self._active(unit, DOCUMENT, now) for unit in await CentralUnit.all().order_by("slug")]
        keys = {row.kid: key for row, key in active if isinstance(key, Ed25519PrivateKey)}
        return (lambda text: {kid: key.sign(text).hex() for kid, key in keys.items()}) if keys else None

    async def seal_keys(self) -> dict[str, SealKey]:
        """Lists the keys that may have signed seals: those whose private part opens here, and fits the public one.

        Somebody who can write to the database, and does not know the master key, cannot put one in.
        """
        rows = await IssuerKey.filter(purpose=DOCUMENT)
        return {
            row.kid: SealKey(from_multikey(row.public), row.state == "compromised") for row in rows if self._own(row)
        }

    def _own(self, row: IssuerKey) -> bool:
        try:
            key = self._unlock(row)
        except (AppError, ValueError):
            return False
        return isinstance(key, Ed25519PrivateKey) and multikey(key.public_key()) == row.public

    async def _active(
        self, unit: CentralUnit, purpose: str, now: datetime
    ) -> tuple[IssuerKey, Ed25519PrivateKey | RSAPrivateKey]:
        row = await IssuerKey.get_or_none(slot=slot(unit.id, purpose))
        if row is None:
            async with self._making:  # many certificates at once wait for one pair instead of making many
                row = await first(unit.id, purpose, safe=self._safe, now=now)
        if row.kid not in self._unlocked:
            self._unlocked[row.kid] = await asyncio.to_thread(self._unlock, row)
        return row, self._unlocked[row.kid]

    def _unlock(self, row: IssuerKey) -> Ed25519PrivateKey | RSAPrivateKey:
        opened = self._safe.decrypt(bytes(row.sealed), purpose=row.kid)
        # What was sealed is what we made: to look for bad primes in it would take longer than to sign with it.
        key = load_der_private_key(opened, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, Ed25519PrivateKey | RSAPrivateKey)
        return key


async def issuer_keys(unit_id: UUID) -> list[IssuerKey]:
    """Lists all keys an issuer ever had, oldest first: they stay published for ever."""
    return await IssuerKey.filter(unit_id=unit_id).order_by("announced", "kid")


def slot(unit_id: UUID, purpose: str) -> str:
    """Names the place that one active key of an issuer can hold."""
    return f"{unit_id}/{purpose}"


async def first(unit_id: UUID, purpose: str, *, safe: Encryptor, now: datetime) -> IssuerKey:
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


async def announce(unit_id: UUID, *, safe: Encryptor, now: datetime, actor: UUID | None = None) -> list[IssuerKey]:
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


async def compromise(kid: str, *, safe: Encryptor, now: datetime, actor: UUID | None = None) -> IssuerKey:
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


async def _made(unit_id: UUID, purpose: str, *, safe: Encryptor, now: datetime) -> IssuerKey:
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
        sealed=safe.encrypt(raw, purpose=kid),
        announced=now,
    )


def _generated(purpose: str) -> Ed25519PrivateKey | RSAPrivateKey:
    return Ed25519PrivateKey.generate() if purpose == "document" else generate_private_key(65537, RSA_BITS)


def _public(key: Ed25519PrivateKey | RSAPrivateKey, kid: str) -> str:
    if isinstance(key, Ed25519PrivateKey):
        return multikey(key.public_key())
    return json.dumps(public_jwk(key.public_key(), kid), separators=(",", ":"))
