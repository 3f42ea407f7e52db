"""The code that proves a certificate without a network: the facts that matter, signed, small enough for a QR code."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.credentials.facts import CertificateFacts
from certificates.credentials.proofs import Unproven
from training.core.dates import end_of, start_of

LARGEST = 1024  # letters of a code that somebody sends us
SIGN1, EDDSA = 18, -8
"""CBOR tag (https://www.rfc-editor.org/rfc/rfc9052#section-4.2) and algorithm
(https://www.rfc-editor.org/rfc/rfc9053#section-2.2)."""
ALG, KID = 1, 4  # header labels
ISSUER, NAME, ENDS, STARTS, ID = 1, 2, 4, 5, 7  # claims. Source: https://www.rfc-editor.org/rfc/rfc8392#section-4
LEVEL, LIST, INDEX = -1, -2, -3  # claims of our own


@dataclass(frozen=True)
class OfflineFacts:
    """What a code proves. `ends` is the last second of the last day, none: for ever."""

    issuer_slug: str
    credential_id: str
    name: str
    level: str
    starts: datetime
    ends: datetime | None
    list_id: UUID
    index: int


def code(facts: CertificateFacts, *, kid: str, sign: Callable[[bytes], bytes]) -> str:
    """Writes the signed code, a COSE_Sign1, in base32, all capitals. Source: https://www.rfc-editor.org/rfc/rfc9052#section-4.2"""
    claims: dict[int, Any] = {
        ISSUER: facts.issuer_slug,
        NAME: facts.name,
        STARTS: int(start_of(facts.valid_from, facts.zone).timestamp()),
        ID: UUID(facts.credential_id.removeprefix("urn:uuid:")).bytes,
        LEVEL: facts.level,
        LIST: UUID(facts.status_list.rpartition("/")[2]).bytes,
        INDEX: facts.status_index,
    }
    if facts.valid_until:
        claims[ENDS] = int(end_of(facts.valid_until, facts.zone).timestamp())
    protected = cbor2.dumps({ALG: EDDSA, KID: bytes.fromhex(kid)}, canonical=True)
    payload = cbor2.dumps(claims, canonical=True)
    message = cbor2.CBORTag(SIGN1, [protected, {}, payload, sign(_to_be_signed(protected, payload))])
    return base64.b32encode(cbor2.dumps(message, canonical=True)).decode().rstrip("=")


def read(text: str, *, keys: Mapping[str, Ed25519PublicKey]) -> OfflineFacts:
    """Checks a code with the issuer's keys, by kid, and gives what it proves; raises Unproven."""
    try:
        protected, payload, signature = _parts(text)
        headers = cbor2.loads(protected)
        kid = headers[KID]
        # A number would be read as a length, of bytes to be made before anything is proven.
        key = keys.get(kid.hex()) if isinstance(kid, bytes) else None
        if headers[ALG] != EDDSA or key is None:
            raise Unproven("The code was signed with a key that its issuer does not vouch for.")
        key.verify(signature, _to_be_signed(protected, payload))
        claims = cbor2.loads(payload)
        return OfflineFacts(
            issuer_slug=str(claims[ISSUER]),
            credential_id=f"urn:uuid:{UUID(bytes=claims[ID])}",
            name=str(claims[NAME]),
            level=str(claims[LEVEL]),
            starts=datetime.fromtimestamp(claims[STARTS], UTC),
            ends=datetime.fromtimestamp(claims[ENDS], UTC) if ENDS in claims else None,
            list_id=UUID(bytes=claims[LIST]),
            index=int(claims[INDEX]),
        )
    except (InvalidSignature, cbor2.CBORDecodeError, binascii.Error, LookupError, TypeError, ValueError) as error:
        if isinstance(error, Unproven):
            raise
        raise Unproven("This code was changed, or is none of ours.") from error


def _parts(text: str) -> tuple[bytes, bytes, bytes]:
    letters = text.strip().upper()
    if len(letters) > LARGEST:
        raise Unproven("This code is too long.")
    message = cbor2.loads(base64.b32decode(letters + "=" * (-len(letters) % 8)))
    if not isinstance(message, cbor2.CBORTag) or message.tag != SIGN1 or message.value[1]:
        raise Unproven("This code is none of ours.")
    protected, _, payload, signature = message.value
    if not all(isinstance(each, bytes) for each in (protected, payload, signature)):
        raise Unproven("This code is none of ours.")
    return protected, payload, signature


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """Source: https://www.rfc-editor.org/rfc/rfc9052#section-4.4 (Sig_structure)."""
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
