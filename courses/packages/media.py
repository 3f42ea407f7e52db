"""Pictures, videos and captions of a package: what they are by their bytes, and their address on a page."""

import hashlib
from pathlib import PurePosixPath
from unicodedata import normalize

from courses.packages.schema import Reading

Fault = tuple[str, str]
"""What is wrong, and how to mend it."""
LOOKED_AT = 1024
SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypavis", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"WEBVTT", "text/vtt"),
)
"""Where a file shows what it is, how, and what that means; the first that fits."""
BOM = b"\xef\xbb\xbf"


def beside(name: str, target: str) -> str:
    """The name in the package of a file that is named from beside another; `..` may lead up inside it."""
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(normalize("NFC", target)).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def fault_of(reading: Reading, name: str, shown: str) -> Fault | None:
    """Tells why a file, named on a page as `shown`, cannot be used; None when it can."""
    if not reading.has(name):
        return f"{shown} is not in the package", "check the name, or write the full https:// address"
    content = reading.files.contents[name]
    if not content:
        return f"{shown} is empty", "copy the file into the package again"
    if not type_of(content):
        kinds = "png, jpg, gif, webp, avif, svg, mp4, webm, mp3, pdf"
        return f"{shown} is no file that a browser can show", f"save it as one of: {kinds}"
    return None


def take(reading: Reading, name: str) -> str:
    """Takes a media file without fault into the course; gives its SHA-256."""
    reading.used.add(name)
    if name not in reading.media:
        reading.media[name] = hashlib.sha256(reading.files.contents[name]).hexdigest()
    return reading.media[name]


def type_of(content: bytes) -> str:
    """The media type of a file by its bytes, whatever its name says; empty when it is none that we show."""
    begins = content.removeprefix(BOM)[:LOOKED_AT]
    known = (media for at, sign, media in SIGNS if begins[at : at + len(sign)] == sign)
    drawn = begins.lstrip().startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in content[: 8 * LOOKED_AT]
    return next(known, "image/svg+xml" if drawn else "")


def address(sha256: str) -> str:
    """The address of a media file, relative to every player page (`/courses/COURSE/MODULE/ACTIVITY`).

    Relative, so that it stays inside the address of a session in a frame.
    """
    return f"../../media/{sha256}"
