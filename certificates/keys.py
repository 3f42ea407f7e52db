"""The issuers' keys: made, announced, put to use, retired or given up, and unlocked once a process for signing."""

import asyncio
import json
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from jwt import PyJWK

from certificates import addresses, key_changes, offline, signing
from certificates.credential_models import IssuerKey
from certificates.frozen import CertificateFacts
from certificates.multikey import from_multikey, multikey
from certificates.safe import Safe
from training.errors import Trouble
from training.sealing import Sign
from training.sites.models import CentralUnit
from training.trail_check import SealKey

DOCUMENT, TOKEN = "document", "token"


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
        return signing.sign_document(document, key=self.document_key, method=self.method, created=created)

    def token(self, credential: Mapping[str, Any]) -> str:
        """Writes the credential as a token."""
        return signing.sign_token(credential, key=self.token_key, kid=self.key_address)

    def code(self, facts: CertificateFacts) -> str:
        """Writes the code that proves the certificate without a network."""
        return offline.code(facts, kid=self.document_kid, sign=self.document_key.sign)

    def answer(self, said: Mapping[str, Any], *, about: str, now: datetime) -> str:
        """Writes what a check found as a token."""
        return signing.sign_answer(
            said, issuer=self.issuer, about=about, key=self.token_key, kid=self.key_address, now=now
        )


class KeyStore:
    """Unlocks the active keys of each issuer once, and knows the public ones."""

    def __init__(self, safe: Safe, *, home: str) -> None:
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
            issuer=addresses.issuer_did(self.home, unit.slug),
            method=self.method(unit.slug, document.public),
            key_address=addresses.key_page(self.home, token.kid),
            document_kid=document.kid,
            token_kid=token.kid,
            document_key=document_key,
            token_key=token_key,
        )

    def method(self, slug: str, public: str) -> str:
        """Names a document key as its issuer's did.json does."""
        return f"{addresses.issuer_did(self.home, slug)}#{public}"

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
        return {addresses.key_page(self.home, row.kid): PyJWK(json.loads(row.public)).key for row in rows}

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
        except (Trouble, ValueError):
            return False
        return isinstance(key, Ed25519PrivateKey) and multikey(key.public_key()) == row.public

    async def _active(
        self, unit: CentralUnit, purpose: str, now: datetime
    ) -> tuple[IssuerKey, Ed25519PrivateKey | RSAPrivateKey]:
        row = await IssuerKey.get_or_none(slot=key_changes.slot(unit.id, purpose))
        if row is None:
            async with self._making:  # many certificates at once wait for one pair instead of making many
                row = await key_changes.first(unit.id, purpose, safe=self._safe, now=now)
        if row.kid not in self._unlocked:
            self._unlocked[row.kid] = await asyncio.to_thread(self._unlock, row)
        return row, self._unlocked[row.kid]

    def _unlock(self, row: IssuerKey) -> Ed25519PrivateKey | RSAPrivateKey:
        opened = self._safe.open(bytes(row.sealed), purpose=row.kid)
        # What was sealed is what we made: to look for bad primes in it would take longer than to sign with it.
        key = load_der_private_key(opened, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, Ed25519PrivateKey | RSAPrivateKey)
        return key


async def issuer_keys(unit_id: UUID) -> list[IssuerKey]:
    """Lists all keys an issuer ever had, oldest first: they stay published for ever."""
    return await IssuerKey.filter(unit_id=unit_id).order_by("announced", "kid")
