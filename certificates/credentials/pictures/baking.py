"""Puts a signed badge into a picture, and reads it back out. Source: Open Badges 3.0, section 5.3 (baked badges)."""

import zlib
from collections.abc import Iterator
from xml.parsers import expat

PNG_SIGN = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
LARGEST = 65_536  # bytes of a badge
MOST_CHUNKS = 10_000  # of a PNG; ours have five
SVG_LETTERS = 4_096  # among which a drawing says that it is one


def bake_png(picture: bytes, badge: bytes) -> bytes:
    """Puts the badge before the end of a PNG, not packed, as the specification asks."""
    body, end = picture[:-12], picture[-12:]
    return body + _chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + badge) + end


def bake_svg(drawn: str, badge: bytes) -> bytes:
    """Puts the badge in front of everything else that is drawn."""
    head, rest = drawn.split(">", 1)
    text = badge.decode().replace("]]>", "]]]]><![CDATA[>")
    credential = f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential>"
    return f'{head} xmlns:openbadges="{NAMESPACE}">\n  {credential}{rest}'.encode()


def is_svg(content: bytes) -> bool:
    """Tells whether a file looks like a drawing."""
    return content.lstrip()[:1] == b"<" and b"<svg" in content[:SVG_LETTERS]


def extract_png(content: bytes) -> bytes:
    """Gives the badge in a PNG, b"" for none. Nothing is unpacked: a badge may not be packed."""
    for kind, data in _chunks(content):
        if kind == b"iTXt" and data.startswith(KEYWORD + b"\0\0\0"):
            parts = data[len(KEYWORD) + 3 :].split(b"\0", 2)  # the language, the keyword in it, the text
            return parts[2] if len(parts) == 3 and len(parts[2]) <= LARGEST else b""
    return b""


def extract_svg(content: bytes) -> bytes:
    """Gives the badge in a drawing, b"" for none, whether as text or as the token in `verify`."""
    found: list[str] = []
    name, inside = f"{NAMESPACE} credential", False

    def begins(element: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        inside = element == name
        found.extend([attributes["verify"]] if inside and "verify" in attributes else [])

    def ends(_: str) -> None:
        nonlocal inside
        inside = False

    def refuses(*_: object) -> None:
        raise expat.ExpatError("entities of its own")

    reader = expat.ParserCreate(namespace_separator=" ")
    reader.StartElementHandler, reader.EndElementHandler = begins, ends
    reader.CharacterDataHandler = lambda text: found.append(text) if inside else None
    reader.EntityDeclHandler = refuses
    try:
        reader.Parse(content, True)
    except (expat.ExpatError, ValueError):  # ValueError: an encoding that nobody knows
        return b""
    badge = "".join(found).strip().encode()
    return badge if len(badge) <= LARGEST else b""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGN)
    for _ in range(MOST_CHUNKS):
        length, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        data = content[at + 8 : at + 8 + length]
        if len(data) < length or not kind:
            return
        yield kind, data
        at += length + 12
