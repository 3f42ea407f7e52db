"""The public keys of a program, as it shows them: which of them may be used, and why others may not."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from training.core.errors import Invalid
from training.lti.platform.jwks_cache import KeySet, rsa_key, sorted_keys
from training.lti.protocol.refusals import Refused

ALGORITHMS = {"RSA": "RS256", "EC": "ES256"}
"""Kind of key → the one algorithm that is taken with it."""
PUBLIC = frozenset({"kty", "n", "e", "crv", "x", "y", "kid", "alg", "use", "key_ops"})
LONGEST_KID = 200

ClientKey = RSAPublicKey | EllipticCurvePublicKey


def read_client_keys(document: object) -> KeySet[ClientKey]:
    """Sorts the keys of a key set document into those that may be used and those that may not."""
    return sorted_keys(document, _key, lambda kid: 0 < len(kid) <= LONGEST_KID and kid.isprintable())


def _key(entry: dict[str, Any]) -> ClientKey | str:
    if "d" in entry:
        return "holds private members"
    if entry.get("kty") == "RSA":
        return rsa_key(entry)
    if entry.get("kty") != "EC" or entry.get("crv") != "P-256":
        return "neither an RSA key nor one of the curve P-256"
    if entry.get("use", "sig") != "sig" or entry.get("alg", "ES256") != "ES256":
        return "not for ES256 signatures"
    try:
        key: EllipticCurvePublicKey = PyJWK(entry, "ES256").key
    except PyJWTError:
        return "not a key"
    return key


def pasted_keys(text: str) -> list[dict[str, Any]]:
    """Reads one JSON Web Key, or a set of them, as somebody pasted it; raises Invalid with what to do about it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _refused("Paste the public key as JSON, beginning with {") from None
    if isinstance(document, dict) and "kty" in document:
        document = {"keys": [document]}
    try:
        found = read_client_keys(document)
    except Refused:
        raise _refused('Paste one key, or a set of keys that begins with {"keys": [') from None
    if any(reason == "holds private members" for reason in found.unfit.values()):
        raise _refused("This is a private key. Keep it to yourself, and paste its public part")
    if found.unfit:
        kid, reason = next(iter(found.unfit.items()))
        raise _refused(f"The key {kid} cannot be used: {reason}")
    if not found.usable:
        raise _refused("Each key needs a name: give it a kid")
    keys = [entry for entry in document["keys"] if isinstance(entry, dict) and entry.get("kid") in found.usable]
    return [{name: value for name, value in entry.items() if name in PUBLIC} for entry in keys]


def _refused(words: str) -> Invalid:
    return Invalid("There is a problem", problems={"keys": words})
