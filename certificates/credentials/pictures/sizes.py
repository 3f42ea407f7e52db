"""How many pixels a PNG or JPEG has, read from its head, without unpacking it."""

from certificates.credentials.pictures.baking import PNG_SIGN

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG that say its size. Source: ITU-T T.81, table B.1."""


def size_of(content: bytes) -> tuple[int, int] | None:
    """Gives width and height; None where the head cannot be read."""
    if content.startswith(PNG_SIGN):
        return (_number(content, 16, 4), _number(content, 20, 4)) if content[12:16] == b"IHDR" else None
    at = 2
    while content[at : at + 1] == b"\xff":
        if content[at + 1] in FRAMES:
            return _number(content, at + 7, 2), _number(content, at + 5, 2)
        at += 2 + max(2, _number(content, at + 2, 2))
    return None


def _number(content: bytes, at: int, length: int) -> int:
    return int.from_bytes(content[at : at + length])
