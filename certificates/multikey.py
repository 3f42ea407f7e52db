"""Public keys as text: multibase Multikeys for documents, JSON Web Keys for tokens."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"  # the multicodec prefix


def multikey(key: Ed25519PublicKey) -> str:
    """Writes a key as `publicKeyMultibase`: z6Mk…"""
    return "z" + base58(_ED25519 + key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def from_multikey(text: str) -> Ed25519PublicKey:
    """Reads `publicKeyMultibase`; raises ValueError when it is no Ed25519 key."""
    raw = unbase58(text[1:]) if text.startswith("z") else b""
    if not raw.startswith(_ED25519):
        raise ValueError("This is not an Ed25519 Multikey.")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def ed25519_jwk(key: Ed25519PublicKey, kid: str) -> dict[str, Any]:
    """Writes an Ed25519 key as a JWK. Source: RFC 8037, section 2."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_bytes(Encoding.Raw, PublicFormat.Raw)), "kid": kid}


def rsa_jwk(key: RSAPublicKey, kid: str) -> dict[str, Any]:
    """Writes an RSA key as a JWK. Source: RFC 7518, section 6.3."""
    numbers = key.public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    exponent = numbers.e.to_bytes((numbers.e.bit_length() + 7) // 8, "big")
    return {"kty": "RSA", "n": _text(modulus), "e": _text(exponent), "alg": "RS256", "use": "sig", "kid": kid}


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
