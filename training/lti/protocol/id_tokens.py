"""Checks an id_token: its form, its signature and its standard claims; the only maker of VerifiedClaims."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from training.lti.protocol.refusals import Refused

MAX_TOKEN_BYTES = 64 * 1024
LEEWAY_SECONDS = 60
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# Lone surrogates and NUL are legal JSON escapes that no database takes as text.
_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")


@dataclass(frozen=True)
class Expected:
    """What a token must say to be ours: issuer, client, the nonce of this very login, or any where there was none."""

    issuer: str
    client_id: str
    nonce: str | None
    also_ours: frozenset[str] = frozenset()


@dataclass(frozen=True)
class VerifiedClaims:
    """The claims of a token whose signature, parties, times and nonce were checked."""

    issuer: str
    client_id: str
    nonce: str
    expires: int
    issued: float
    values: Mapping[str, Any] = field(repr=False)


def read_kid(token: str) -> str:
    """Reads the name of the signing key; embedded keys and key addresses (jwk, jku, x5u, x5c) are never looked at."""
    if len(token) > MAX_TOKEN_BYTES:
        raise Refused("token_too_large")
    if not _FORM.fullmatch(token):
        raise Refused("token_malformed", "not three parts")
    header = _read_json(token[: token.index(".")])
    if header.get("alg") != "RS256":
        raise Refused("alg_forbidden", str(header.get("alg"))[:40])
    if "crit" in header:
        raise Refused("token_malformed", "critical header extensions")
    kid = header.get("kid")
    if kid is None or kid == "":
        raise Refused("kid_missing")
    if not isinstance(kid, str):
        raise Refused("token_malformed", "kid is not a text")
    return kid


def verify(token: str, key: RSAPublicKey, *, expected: Expected, now: datetime) -> VerifiedClaims:
    """Checks a token that `read_kid` accepted against the key of that name."""
    signed, _, signature = token.rpartition(".")
    try:
        key.verify(_decode(signature), signed.encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused("signature_invalid") from None
    claims = _read_json(signed[signed.index(".") + 1 :])
    _check_parties(claims, expected)
    issued, nonce = _check_times(claims, now.timestamp()), _text(claims, "nonce")
    if nonce != (expected.nonce or nonce):
        raise Refused("nonce_unknown")
    return VerifiedClaims(expected.issuer, expected.client_id, nonce, int(claims["exp"]), issued, claims)


def read_sender(token: str) -> tuple[str, str]:
    """Reads who claims to send a token, and to which client, so that the key that proves it can be found."""
    claims = _read_json(token.split(".")[1])
    audiences = _audiences(claims)
    azp = claims.get("azp")
    return _text(claims, "iss"), azp if isinstance(azp, str) else next(iter(audiences), "")


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if _text(claims, "iss") != expected.issuer:
        raise Refused("issuer_mismatch", str(claims["iss"])[:200])
    audiences = _audiences(claims)
    ours = {expected.client_id, *expected.also_ours}
    if expected.client_id not in audiences or not ours.issuperset(audiences):
        raise Refused("audience_mismatch", ", ".join(audiences)[:200])
    azp = claims.get("azp")
    if azp is None and len(audiences) > 1:
        raise Refused("azp_mismatch", "missing")
    if azp is not None and azp != expected.client_id:
        raise Refused("azp_mismatch", str(azp)[:200])


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    audience = claims.get("aud")
    if audience is None:
        raise Refused("claim_missing", "aud")
    listed = [audience] if isinstance(audience, str) else audience
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise Refused("claim_type", "aud")
    return listed


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires + LEEWAY_SECONDS <= now:
        raise Refused("token_expired", f"{now - expires:.0f} s ago")
    if issued - LEEWAY_SECONDS > now:
        raise Refused("issued_in_future", f"{issued - now:.0f} s ahead")
    if claims.get("nbf") is not None and _seconds(claims, "nbf") - LEEWAY_SECONDS > now:
        raise Refused("not_yet_valid")
    return issued


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if value is None:
        raise Refused("claim_missing", name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise Refused("claim_type", name)
    return float(value)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if value is None or value == "":
        raise Refused("claim_missing", name)
    if not isinstance(value, str):
        raise Refused("claim_type", name)
    return value


def _decode(segment: str) -> bytes:
    if len(segment) % 4 == 1:
        raise Refused("token_malformed", "base64url")
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _read_json(segment: str) -> dict[str, Any]:
    raw = _decode(segment)
    if _UNSTORABLE.search(raw):
        try:
            text = json.dumps(json.loads(raw), ensure_ascii=False)
            text.encode()
        except (ValueError, RecursionError):
            raise Refused("token_malformed", "not text") from None
        if "\\u0000" in text:
            raise Refused("token_malformed", "holds NUL")
    try:
        read = _STRICT.decode(raw.decode())
    except (ValueError, RecursionError):
        raise Refused("token_malformed", "not JSON") from None
    if not isinstance(read, dict):
        raise Refused("token_malformed", "not a JSON object")
    return read


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A name said twice is read differently by different readers: nobody honest writes it.
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name is repeated")
    return read


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_constant)


def measured_skew(claims: VerifiedClaims, now: datetime) -> float:
    """Tells by how many seconds the platform's clock seems ahead of ours (negative: behind, or a slow hand-over)."""
    return round(claims.issued - now.timestamp(), 1)
