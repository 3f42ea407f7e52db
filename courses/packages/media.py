"""Pictures, videos and captions of a package: what they are by their bytes, and their address on a page."""

import hashlib
from pathlib import PurePosixPath
from unicodedata import normalize

from courses.packages.schema import Reading
from training.parsing.drawings import danger_in
from training.parsing.media import type_of

Fault = tuple[str, str]
"""What is wrong, and how to mend it."""


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
    if type_of(content) == "image/svg+xml" and (danger := danger_in(content)):
        return f"{shown} holds {danger}", "save it as a plain drawing: no script, and nothing from elsewhere"
    return None


def take(reading: Reading, name: str) -> str:
    """Takes a media file without fault into the course; gives its SHA-256."""
    reading.used.add(name)
    if name not in reading.media:
        reading.media[name] = hashlib.sha256(reading.files.contents[name]).hexdigest()
    return reading.media[name]


def address(sha256: str) -> str:
    """The address of a media file, relative to every player page (`/courses/COURSE/MODULE/ACTIVITY`).

    Relative, so that it stays inside the address of a session in a frame.
    """
    return f"../../media/{sha256}"
