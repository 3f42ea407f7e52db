"""Our own signing keys: made, published before they sign, rotated with overlap, and kept encrypted."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from training.core.encryption import Encryptor
from training.core.errors import NotFound
from training.core.jwk import public_jwk
from training.lti.models import ToolKey

PUBLISHED_BEFORE = timedelta(hours=24)
"""How long a new key is published before it signs: as long as platforms may keep our key set."""
KEPT_AFTER = timedelta(hours=25)
"""How long an old key stays published: the cache, and the longest life of a token that it signed."""
BITS = 2048


OURS = "lti tool keys"
"""What our private keys are encrypted for."""


@dataclass(frozen=True)
class SigningKey:
    """A private key and its name."""

    kid: str
    key: RSAPrivateKey


class ToolKeys:
    """Gives the key that signs now and the set that is published, and keeps decrypted keys in memory."""

    def __init__(self, secret_key: str) -> None:
        self._encryptor = Encryptor(secret_key)
        self._opened: dict[str, RSAPrivateKey] = {}

    async def signing(self, now: datetime) -> SigningKey:
        """Gives the newest key that may sign, and makes the first one when there is none."""
        return self._open(await self._newest(now) or await self.add(now, signs_from=now))

    async def check(self, now: datetime) -> None:
        """Opens the key that signs now, where there is one; raises Upstream when it cannot be opened."""
        if row := await self._newest(now):
            await asyncio.to_thread(self._open, row)

    async def _newest(self, now: datetime) -> ToolKey | None:
        row = await ToolKey.filter(signs_from__lte=now, ends__isnull=True).order_by("-signs_from").first()
        return row or await ToolKey.filter(signs_from__lte=now, ends__gt=now).order_by("-signs_from").first()

    async def sign(self, claims: Mapping[str, Any], now: datetime, *, kind: str = "JWT") -> str:
        """Signs claims as a token that names the key and says of which kind it is."""
        using = await self.signing(now)
        return jwt.encode(dict(claims), using.key, "RS256", {"kid": using.kid, "typ": kind})

    async def public(self, kid: str, now: datetime) -> RSAPublicKey | None:
        """Gives the public part of a key of ours whose signatures still count."""
        row = await ToolKey.get_or_none(kid=kid)
        return self._open(row).key.public_key() if row and (row.ends is None or row.ends > now) else None

    async def published(self, now: datetime) -> list[dict[str, str]]:
        """Lists the public keys that others may need: of the coming, the signing and the lately retired key."""
        rows = await ToolKey.all().order_by("created")
        live = [row for row in rows if row.ends is None or row.ends > now]
        if not live:
            live = [await self.add(now, signs_from=now)]
        return [public_jwk(self._open(row).key.public_key(), row.kid) for row in live]

    async def rotate(self, now: datetime) -> str:
        """Publishes a new key that signs after a day, and lets the older ones end with overlap; gives its name."""
        row = await self.add(now, signs_from=now + PUBLISHED_BEFORE)
        await ToolKey.filter(ends__isnull=True, kid__not=row.kid).update(ends=row.signs_from + KEPT_AFTER)
        return row.kid

    async def give_up(self, kid: str, now: datetime) -> str:
        """Ends a key at once because others may know it, and lets a fresh one sign; gives the fresh one's name."""
        if not await ToolKey.filter(kid=kid).update(ends=now):
            raise NotFound(f"There is no key {kid}.", "See: training keys list.")
        return (await self.add(now, signs_from=now)).kid

    async def add(self, now: datetime, *, signs_from: datetime) -> ToolKey:
        """Makes a key and stores it encrypted."""
        key, kid = generate_private_key(65537, BITS), secrets.token_urlsafe(12)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        encrypted = self._encryptor.encrypt_text(pem.decode(), purpose=OURS)
        return await ToolKey.create(kid=kid, private_key=encrypted, created=now, signs_from=signs_from)

    def _open(self, row: ToolKey) -> SigningKey:
        if row.kid not in self._opened:
            key = load_pem_private_key(self._encryptor.decrypt_text(row.private_key, purpose=OURS).encode(), None)
            if not isinstance(key, RSAPrivateKey):
                raise TypeError(f"key {row.kid} is not an RSA key")
            self._opened[row.kid] = key
        return SigningKey(row.kid, self._opened[row.kid])


async def list_keys(now: datetime) -> Sequence[Mapping[str, Any]]:
    """Lists our keys with what each is for now: coming, signing or retired."""
    rows = await ToolKey.all().order_by("created").values("kid", "created", "signs_from", "ends")
    return [dict(row, state=_state(row, now)) for row in rows]


def _state(row: Mapping[str, Any], now: datetime) -> str:
    if row["signs_from"] > now:
        return "coming"
    if row["ends"] is None:
        return "signing"
    return "retiring" if row["ends"] > now else "ended"
