"""The ids of a certificate: the credential's, the secret one of its verify page, and the serial for people."""

import base64
import unicodedata
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
TOKEN_LENGTH = 26  # five bits a letter: 130 bits
PREFIX_LENGTH = 4  # letters that a serial begins with, at most
NO_LETTERS = "C"  # stands for a title that has none of A to Z
SERIAL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNDIVIDED = str.maketrans({"Ł": "L", "Ø": "O", "Đ": "D", "Ð": "D", "Þ": "T", "Æ": "A", "Œ": "O", "ẞ": "S", "ı": "I"})
"""Letters that Unicode does not take apart into one of A to Z and a sign."""

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


def initials(title: str) -> str:
    """Gives the letters that the serials of a title begin with, each one of A to Z."""
    words = latin(title).split()
    return "".join(word[0] for word in words if "A" <= word[0] <= "Z")[:PREFIX_LENGTH] or NO_LETTERS


def latin(text: str) -> str:
    """Writes a text in capitals without the signs on its letters: Ś is S, Ł is L."""
    apart = unicodedata.normalize("NFKD", text.upper().translate(_UNDIVIDED))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def serial(prefix: str, *, year: int, number: int) -> str:
    """Makes the number people read out, no secret, with a last letter that shows typing errors: GT-2026-00042-K."""
    body = f"{prefix.upper()}-{year}-{number:05d}"
    return f"{body}-{check_letter(body)}"


def check_letter(body: str) -> str:
    """Source: ISO/IEC 7064, MOD 37,36: finds every single wrong letter and every swap of neighbours."""
    state = 36
    for letter in body:
        if letter in SERIAL_LETTERS:
            state = (state + SERIAL_LETTERS.index(letter)) % 36 or 36
            state = state * 2 % 37
    return SERIAL_LETTERS[(37 - state) % 36]
