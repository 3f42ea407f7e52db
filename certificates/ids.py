"""The ids of a certificate: the credential's, the secret one of its verify page, and the serial for people."""

import base64
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
TOKEN_LENGTH = 26  # five bits a letter: 130 bits
_MISREAD = str.maketrans({"0": "o", "1": "i", "8": "b", " ": None, "-": None})
_SERIAL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Random = Callable[[int], bytes]  # secrets.token_bytes, handed in


def uuid7(now: datetime, *, random: Random) -> UUID:
    """Makes a UUID that sorts by time. Source: RFC 9562, section 5.7."""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(random(10))
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    return UUID(int=value)


def verify_token(*, random: Random) -> str:
    """Makes the secret of a verify address: 26 letters and digits of base32, 130 random bits."""
    return base64.b32encode(random(20)).decode().lower()[:TOKEN_LENGTH]


def read_token(typed: str) -> str | None:
    """Reads a token as people type it, in any case, with spaces or hyphens; None when it cannot be one."""
    token = typed.strip().lower().translate(_MISREAD)
    return token if len(token) == TOKEN_LENGTH and TOKEN_LETTERS.issuperset(token) else None


def serial(prefix: str, *, year: int, number: int) -> str:
    """Makes the number people read out, no secret, with a last letter that shows typing errors: GT-2026-00042-K."""
    body = f"{prefix.upper()}-{year}-{number:05d}"
    return f"{body}-{_check_letter(body)}"


def read_serial(typed: str) -> str | None:
    """Reads a serial as people type it; None when it is mistyped."""
    body, _, letter = typed.strip().upper().rpartition("-")
    return f"{body}-{letter}" if body.isprintable() and body and letter == _check_letter(body) else None


def _check_letter(body: str) -> str:
    """Source: ISO/IEC 7064, MOD 37,36: finds every single wrong letter and every swap of neighbours."""
    state = 36
    for letter in body:
        if letter in _SERIAL_LETTERS:
            state = (state + _SERIAL_LETTERS.index(letter)) % 36 or 36
            state = state * 2 % 37
    return _SERIAL_LETTERS[(37 - state) % 36]
