"""Pictures, videos and captions of a package: which types there are, and their address on a page."""

import hashlib
from pathlib import PurePosixPath

from courses.loading.shapes import Reading

TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt",
    ".webm": "video/webm",
    ".webp": "image/webp",
}


def beside(name: str, target: str) -> str:
    """The name in the package of a file that is named from beside another; `..` may lead up inside it."""
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(target).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def take(reading: Reading, name: str) -> str | None:
    """Takes a media file into the course; gives its SHA-256, or None when it is absent or of no known type."""
    if not reading.has(name) or PurePosixPath(name).suffix.lower() not in TYPES:
        return None
    reading.used.add(name)
    if name not in reading.media:
        reading.media[name] = hashlib.sha256(reading.files.contents[name]).hexdigest()
    return reading.media[name]


def type_of(name: str) -> str:
    """The media type of a file by its ending."""
    return TYPES[PurePosixPath(name).suffix.lower()]


def address(sha256: str) -> str:
    """The address of a media file, relative to every player page (`/courses/COURSE/MODULE/ACTIVITY`).

    Relative, so that it stays inside the address of a session in a frame.
    """
    return f"../../media/{sha256}"
