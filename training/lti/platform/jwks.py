"""Reads a published key set into the keys that may be used, and says why the others may not."""

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from training.lti.protocol.refusals import Refused

MAX_KEYS = 100
MIN_BITS, MAX_BITS = 2048, 8192
MIN_EXPONENT, MAX_EXPONENT = 65537, 2**32
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NUMBER = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class KeySet:
    """Usable keys by name, and for every unfit name the reason."""

    usable: Mapping[str, RSAPublicKey]
    unfit: Mapping[str, str] = field(default_factory=dict)

    def find(self, kid: str) -> RSAPublicKey:
        """Gives the key of that name or refuses, telling an unknown name from an unfit key."""
        if kid in self.usable:
            return self.usable[kid]
        if kid in self.unfit:
            raise Refused("key_unusable", self.unfit[kid])
        raise Refused("kid_unknown", kid[:100])


def read_keys(document: object) -> KeySet:
    """Sorts the keys of a key set document. Source: RFC 7517; 1EdTech Security Framework 1.1, section 6.3."""
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise Refused("jwks_invalid")
    usable: dict[str, RSAPublicKey] = {}
    unfit: dict[str, str] = {}
    for entry in listed:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str) or not entry["kid"]:
            continue
        kid = entry["kid"]
        reason = "two keys with one name" if kid in usable or kid in unfit else why_unfit(entry)
        key = None
        if not reason:
            with suppress(ValueError):
                key = RSAPublicNumbers(_number(entry["e"]), _number(entry["n"])).public_key()
        if key is None:
            usable.pop(kid, None)
            unfit[kid] = reason or "not a key"
        else:
            usable[kid] = key
    return KeySet(usable, unfit)


def why_unfit(entry: Mapping[str, Any]) -> str:
    """Says why a key may not be used, or nothing."""
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
