"""Signatures on credentials: Data Integrity proofs (eddsa-rdfc-2022), tokens (VC-JWT, RS256), and their public keys."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates.credentials.json_ld import canonical, guard

CRYPTOSUITE = "eddsa-rdfc-2022"
LARGEST_TOKEN = 65_536  # characters
ANSWER_LASTS = timedelta(minutes=5)
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"  # the multicodec prefix


class Unproven(ValueError):
    """A signature is missing, wrong, or made with a key that the issuer does not vouch for."""


def sign_document(
    document: Mapping[str, Any], *, key: Ed25519PrivateKey, method: str, created: datetime
) -> dict[str, Any]:
    """Adds the proof to a document; refuses one that says something the proof would not cover.

    Source: Data Integrity EdDSA Cryptosuites v1.0, section 3.2.
    """
    guard(document)
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = "z" + base58(key.sign(_hashed(document, proof)))
    return {**document, "proof": {**proof, "proofValue": value}}


def verify_document(document: Mapping[str, Any], *, keys: Mapping[str, Ed25519PublicKey]) -> str:
    """Checks the proof and gives the verification method; `keys` are the issuer's live ones by method.

    Raises Unproven, also when the method belongs to somebody else than the issuer.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("cryptosuite") != CRYPTOSUITE:
        raise Unproven("The document carries no proof that this service can check.")
    method = proof.get("verificationMethod", "")
    if proof.get("proofPurpose") != "assertionMethod" or method not in keys:
        raise Unproven("The document was signed with a key that its issuer does not vouch for.")
    if method.partition("#")[0] != issuer_of(document):
        raise Unproven("The document was signed by somebody else than its issuer.")
    bare = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name not in ("proofValue", "@context")}
    try:
        guard(bare)
        keys[method].verify(unbase58(str(proof.get("proofValue"))[1:]), _hashed(bare, options))
    except (InvalidSignature, ValueError) as error:
        raise Unproven("The document was changed after it was signed, or never signed.") from error
    return str(method)


def sign_token(credential: Mapping[str, Any], *, key: RSAPrivateKey, kid: str) -> str:
    """Writes a credential as a token whose `kid` is an https address that answers one JWK.

    Source: Open Badges 3.0, section 8.2.4.1 (JWT Payload Format): the credential itself, no `vc` wrapper.
    """
    claims = {name: value for name, value in credential.items() if name != "proof"} | {
        "iss": issuer_of(credential),
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": _moment(credential["validFrom"]),
    }
    if "validUntil" in credential:
        claims["exp"] = _moment(credential["validUntil"])
    return jwt.encode(claims, key, algorithm="RS256", headers={"typ": "JWT", "kid": kid})


def verify_jwt(token: str, *, keys: Mapping[str, RSAPublicKey]) -> dict[str, Any]:
    """Checks a token with the key its `kid` names and gives the credential in it.

    An expired token still proves who issued it: whether it is valid today is asked elsewhere.
    """
    if len(token) > LARGEST_TOKEN:
        raise Unproven("The token is too long.")
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        if kid not in keys:
            raise Unproven("The token was signed with a key that its issuer does not vouch for.")
        required = {"require": ["iss", "jti", "sub", "nbf"], "verify_exp": False, "verify_nbf": False}
        claims = jwt.decode(token, keys[kid], algorithms=["RS256"], options=required)  # type: ignore[arg-type]
    except jwt.InvalidTokenError as error:
        raise Unproven("The token was changed after it was signed, or never signed.") from error
    added = ("iss", "jti", "sub", "nbf", "exp")
    if claims["iss"] != issuer_of(claims) or claims["jti"] != claims.get("id"):
        raise Unproven("The token and the credential in it do not name the same issuer or id.")
    return {name: value for name, value in claims.items() if name not in added}


def sign_answer(
    said: Mapping[str, Any], *, issuer: str, about: str, key: RSAPrivateKey, kid: str, now: datetime
) -> str:
    """Writes what a check found as a token that is good for a few minutes."""
    claims = {**said, "iss": issuer, "sub": about, "iat": now, "exp": now + ANSWER_LASTS}
    return jwt.encode(claims, key, algorithm="RS256", headers={"typ": "JWT", "kid": kid})


def issuer_of(document: Mapping[str, Any]) -> str:
    """Gives the id of the issuer, written as text or as an object."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    return str(found or "")


def _hashed(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """The hash of the proof's options, then the hash of the document, each canonical."""
    configuration = {"@context": document["@context"], **options}
    return b"".join(hashlib.sha256(canonical(part)).digest() for part in (configuration, document))


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def multikey(key: Ed25519PublicKey) -> str:
    """Writes a key as `publicKeyMultibase`: z6Mk…"""
    return "z" + base58(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def from_multikey(text: str) -> Ed25519PublicKey:
    """Reads `publicKeyMultibase`; raises ValueError when it is no Ed25519 key."""
    raw = unbase58(text[1:]) if text.startswith("z") else b""
    if not raw.startswith(_ED25519):
        raise ValueError("This is not an Ed25519 Multikey.")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def base58(raw: bytes) -> str:
    """Writes bytes in the Bitcoin alphabet of base58. Source: Controlled Identifiers v1.0, section 2.4."""
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _ALPHABET[rest] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + letters


def unbase58(text: str) -> bytes:
    """Reads base58; raises ValueError at a letter outside the alphabet."""
    number = 0
    for letter in text:
        number = number * 58 + _ALPHABET.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
