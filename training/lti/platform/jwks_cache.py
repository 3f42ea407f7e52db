"""Platforms' key sets: which keys may be used, why others may not; kept as HTTP allows, stale when they are down."""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from training.core.errors import AppError, Upstream
from training.core.outbound import Outbound, registered_ports
from training.lti.protocol.refusals import Refused

FLOOR = timedelta(minutes=5)
CAP = timedelta(hours=24)
STALE = timedelta(hours=24)
BETWEEN_REFETCHES = timedelta(seconds=30)
BETWEEN_FAILURES = timedelta(seconds=5)
KEY_SET_SECONDS = 5
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
MAX_KEYS = 100
MIN_BITS, MAX_BITS = 2048, 8192
MIN_EXPONENT, MAX_EXPONENT = 65537, 2**32
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NUMBER = re.compile(r"[A-Za-z0-9_-]+")
Key = TypeVar("Key")


@dataclass(frozen=True)
class KeySet(Generic[Key]):
    """Usable keys by name, and for every unfit name the reason."""

    usable: Mapping[str, Key]
    unfit: Mapping[str, str] = field(default_factory=dict)

    def find(self, kid: str) -> Key:
        """Gives the key of that name or refuses, telling an unknown name from an unfit key."""
        if kid in self.usable:
            return self.usable[kid]
        if kid in self.unfit:
            raise Refused("key_unusable", self.unfit[kid])
        raise Refused("kid_unknown", kid[:100])


def read_keys(document: object) -> KeySet[RSAPublicKey]:
    """Sorts the keys of a platform.

    Source: https://www.rfc-editor.org/rfc/rfc7517; 1EdTech Security Framework 1.1, section 6.3.
    """
    return sorted_keys(document, rsa_key)


def sorted_keys(
    document: object, read: Callable[[dict[str, Any]], Key | str], is_name: Callable[[str], bool] = bool
) -> KeySet[Key]:
    """Sorts the keys of a key set document by what `read` makes of each: a key, or why it may not be used.

    What has no good name is passed over.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise Refused("jwks_invalid")
    usable: dict[str, Key] = {}
    unfit: dict[str, str] = {}
    for entry in listed:
        kid = entry.get("kid") if isinstance(entry, dict) else None
        if not isinstance(kid, str) or not is_name(kid):
            continue
        found = "two keys with one name" if kid in usable or kid in unfit else read(entry)
        if isinstance(found, str):
            usable.pop(kid, None)
            unfit[kid] = found
        else:
            usable[kid] = found
    return KeySet(usable, unfit)


def rsa_key(entry: Mapping[str, Any]) -> RSAPublicKey | str:
    """Reads a key for RS256 signatures, or says why it may not be used."""
    if reason := _why_unfit(entry):
        return reason
    try:
        return RSAPublicNumbers(_number(entry["e"]), _number(entry["n"])).public_key()
    except ValueError:
        return "not a key"


def _why_unfit(entry: Mapping[str, Any]) -> str:
    if entry.get("kty") != "RSA":
        return "not an RSA key"
    if _PRIVATE & entry.keys():
        return "holds private members"
    if entry.get("use", "sig") != "sig":
        return "not for signatures"
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return "not for verifying"
    if entry.get("alg", "RS256") != "RS256":
        return "not for RS256"
    modulus, exponent = _number(entry.get("n")), _number(entry.get("e"))
    if modulus.bit_length() < MIN_BITS:
        return f"shorter than {MIN_BITS} bits"
    if modulus.bit_length() > MAX_BITS:
        return f"longer than {MAX_BITS} bits"
    if exponent % 2 == 0 or not MIN_EXPONENT <= exponent <= MAX_EXPONENT:
        return "unsafe exponent"
    return ""


def _number(text: object) -> int:
    if not isinstance(text, str) or len(text) > MAX_BITS or not _NUMBER.fullmatch(text) or len(text) % 4 == 1:
        return 0
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@dataclass
class _CachedKeySet(Generic[Key]):
    """What we hold for one key set address."""

    keys: KeySet[Key] | None = None
    fresh_until: datetime = LONG_AGO
    tried: datetime = LONG_AGO
    refetched: datetime = LONG_AGO
    failure: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class JwksCache(Generic[Key]):
    """Finds others' public keys by address and name, with one fetch at a time for each address.

    `read` sorts the keys of a document into those that may be used and those that may not.
    """

    def __init__(self, outbound: Outbound, read: Callable[[object], KeySet[Key]]) -> None:
        self._outbound = outbound
        self._read = read
        self._shelves: dict[str, _CachedKeySet[Key]] = {}

    async def find(self, url: str, kid: str, *, now: datetime) -> Key:
        """Finds a key; raises Refused with kid_unknown, key_unusable, jwks_unreachable or jwks_invalid."""
        cached = self._shelves.setdefault(url, _CachedKeySet())
        keys = await self._fresh(cached, url, now)
        if _knows(keys, kid) or now - cached.refetched < BETWEEN_REFETCHES:
            return keys.find(kid)
        async with cached.lock:
            if cached.keys is not None and not _knows(cached.keys, kid) and now - cached.refetched >= BETWEEN_REFETCHES:
                cached.refetched = now
                await self._fetch(cached, url, now)
        return (cached.keys or keys).find(kid)

    async def _fresh(self, cached: _CachedKeySet[Key], url: str, now: datetime) -> KeySet[Key]:
        servable = cached.keys is not None and cached.fresh_until + STALE > now
        # Whoever can be served from the old set does not wait for the one who fetches the new one.
        if cached.fresh_until <= now and not (servable and cached.lock.locked()):
            async with cached.lock:
                if cached.fresh_until <= now and now - cached.tried >= BETWEEN_FAILURES:
                    await self._fetch(cached, url, now)
        if cached.keys is None or cached.fresh_until + STALE <= now:
            raise Refused(cached.failure or "jwks_unreachable")
        return cached.keys

    async def _fetch(self, cached: _CachedKeySet[Key], url: str, now: datetime) -> None:
        cached.tried = now
        try:
            ports = registered_ports(url)
            reply = await self._outbound.fetch("GET", url, headers=_ACCEPT, ports=ports, seconds=KEY_SET_SECONDS)
            if not reply.ok:
                raise Upstream(f"The key set was answered with {reply.status}.")
            try:
                document = reply.json()
            except Upstream:
                raise Refused("jwks_invalid") from None
            keys = self._read(document)
        except Refused as refused:
            cached.failure = refused.name
        except AppError:
            cached.failure = "jwks_unreachable"
        else:
            # A set fetched for an unknown key answers every launch of the next half minute as well.
            cached.keys, cached.failure = keys, ""
            cached.fresh_until = now + lifetime(reply.headers, now)


_ACCEPT = {"Accept": "application/jwk-set+json, application/json"}


def lifetime(headers: Mapping[str, str], now: datetime) -> timedelta:
    """Tells how long HTTP lets us keep an answer, between our floor and cap. Source: https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1"""
    control = headers.get("cache-control", "")
    found = _MAX_AGE.search(control)
    if "no-store" in control or "no-cache" in control:
        return FLOOR
    if found:
        age = headers.get("age", "0")
        passed = int(age) if age.isdecimal() and len(age) < 9 else 0
        return min(max(timedelta(seconds=int(found[1]) - passed), FLOOR), CAP)
    try:
        return min(max(parsedate_to_datetime(headers.get("expires", "")) - now, FLOOR), CAP)
    except (ValueError, TypeError):
        return FLOOR


def _knows(keys: KeySet[Key], kid: str) -> bool:
    return kid in keys.usable or kid in keys.unfit
