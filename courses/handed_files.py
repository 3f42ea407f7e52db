"""Files that learners hand in: which are taken, and how they are kept under names of our own."""

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from training.storage import write

FOLDER = "entries"  # of the storage
MOST_BYTES = 10_000_000
_JPEG, _ZIP = b"\xff\xd8\xff", b"PK\x03\x04"
TYPES: dict[str, tuple[int, bytes]] = {
    ".pdf": (0, b"%PDF-"),
    ".png": (0, b"\x89PNG\r\n\x1a\n"),
    ".jpg": (0, _JPEG),
    ".jpeg": (0, _JPEG),
    ".heic": (4, b"ftyp"),
    ".docx": (0, _ZIP),
    ".odt": (0, _ZIP),
    ".txt": (0, b""),
}
"""Ending → where such a file shows what it is, and how."""


@dataclass(frozen=True)
class HandedFile:
    """A file as it came from the learner."""

    name: str
    content: bytes

    @property
    def shown_name(self) -> str:
        """Its name without folders, short enough to keep."""
        return Path(self.name.replace("\\", "/")).name[-200:]

    @property
    def sha256(self) -> str:
        """The hash of its content."""
        return hashlib.sha256(self.content).hexdigest()


def wrong_with(file: HandedFile) -> str:
    """What is wrong with a file, and what to choose instead; empty when it can be taken."""
    kind = TYPES.get(Path(file.name).suffix.lower())
    if kind is None:
        return "Choose a photo, a PDF or a text document"
    if not file.content:
        return "Choose a file that is not empty"
    if len(file.content) > MOST_BYTES:
        return f"Choose a file of {MOST_BYTES // 1_000_000} MB or less"
    at, sign = kind
    if file.content[at : at + len(sign)] != sign:
        return "This file is not what its name says. Choose a photo, a PDF or a text document"
    return ""


def keep(file: HandedFile, storage: Path) -> str:
    """Keeps a file under a random name; gives that name. Raises Upstream when the folder of files cannot be used."""
    name = secrets.token_urlsafe(24)
    write(storage, f"{FOLDER}/{name}", file.content)
    return name


def drop(name: str, storage: Path) -> None:
    """Removes a kept file whose entry was not written."""
    (storage / FOLDER / name).unlink(missing_ok=True)
