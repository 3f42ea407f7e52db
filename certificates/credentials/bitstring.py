"""Bitstring status lists: which bit belongs to whom, the bits, and the credential that carries them."""

import base64
import gzip
import struct
import zlib
from array import array
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ENTRIES = 131_072
VALID_DAYS = 30
FULL = ENTRIES * 3 // 4  # a new list is opened from here on
LARGEST = 2_097_152  # bytes that somebody else's list may unpack to


def index_of(position: int, *, secret: bytes) -> int:
    """Gives the bit of the certificate issued as number `position`: scattered, one to one, unguessable."""
    return _scattered(secret)[position]


def packed(raised: Iterable[int]) -> str:
    """Writes the list with the given bits set. Source: Bitstring Status List v1.0, section 3.3."""
    bits = bytearray(ENTRIES // 8)
    for index in raised:
        bits[index >> 3] |= 0x80 >> (index & 7)  # index 0 is the leftmost bit
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), 6, mtime=0)).decode().rstrip("=")


def unpacked(encoded: str) -> bytes:
    """Reads a list; raises ValueError when it is no list or unpacks to more than it may."""
    if not encoded.startswith("u"):
        raise ValueError("The status list is not multibase base64url.")
    squeezed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    reader = zlib.decompressobj(wbits=31)
    try:
        bits = reader.decompress(squeezed, LARGEST)
    except zlib.error as error:
        raise ValueError("The status list is not gzip.") from error
    if not reader.eof or len(bits) < ENTRIES // 8:
        raise ValueError("The status list has the wrong length.")
    return bits


def is_raised(encoded: str, index: int) -> bool:
    """Tells whether the bit at `index` is set; raises ValueError when the list has no such bit."""
    bits = unpacked(encoded)
    if not 0 <= index < len(bits) * 8:
        raise ValueError("The status list has no such entry.")
    return bool(bits[index >> 3] & 0x80 >> (index & 7))


def entry(list_address: str, index: int) -> dict[str, Any]:
    """Writes the `credentialStatus` of a credential."""
    return {
        "id": f"{list_address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": list_address,
    }


def credential(list_address: str, *, issuer: str, encoded: str, now: datetime) -> dict[str, Any]:
    """Composes the unsigned credential that publishes a list."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": list_address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "validUntil": (now + timedelta(days=VALID_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{list_address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }


@lru_cache(maxsize=16)
def _scattered(secret: bytes) -> "array[int]":
    """Sorts all indexes by a keystream: a permutation that only the holder of the secret can follow."""
    stream = Cipher(algorithms.AES(secret), modes.CTR(bytes(16))).encryptor().update(bytes(ENTRIES * 8))
    return array("I", sorted(range(ENTRIES), key=struct.unpack(f"<{ENTRIES}Q", stream).__getitem__))
