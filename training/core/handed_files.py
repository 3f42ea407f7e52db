"""Files that people hand in: what they are by their bytes, which are taken, and how they are kept."""

import hashlib
import secrets
import unicodedata
import zipfile
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

from training.core.storage import write
from training.parsing.media import type_of

ENTRIES, RECORDS, APPEALS, PROOFS = "entries", "records", "appeals", "proofs"
"""Folders of the storage: handed in for a task, proofs of records, come with appeals, scans of earlier certificates."""
MOST_BYTES = 10_000_000
MOST_BYTES_SENT = 12_000_000
"""After so many bytes of a form the rest is thrown away: the file is too large anyway, and the words are kept."""
ACCEPTED = (".pdf", ".png", ".jpg", ".jpeg", ".heic", ".heif", ".docx", ".odt", ".txt")
"""The endings that are offered and taken; what a file is, its bytes tell."""
ENDINGS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
SAME = {".jpeg": ".jpg", ".heif": ".heic"}
"""Endings that mean the same."""
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
"""Brands of ISO 23008-12, where iPhones write theirs; a film has another brand at the same place."""
HEIC_WORDS = (
    "This is a photo as iPhones keep them. If it does not open, send it to a phone, or open it on the web with an "
    "app for photos."
)
"""What to do with a photo that many computers cannot show."""


@dataclass(frozen=True)
class HandedFile:
    """A file as somebody sent it."""

    name: str
    content: bytes

    @cached_property
    def kind(self) -> str:
        """The ending of what it is by its bytes, whatever it is called; empty when it is nothing that is taken."""
        return kind_of(self.content)

    @property
    def shown_name(self) -> str:
        """Its name without folders, short enough to keep, with the ending of what it is."""
        last = Path(self.name.replace("\\", "/")).name
        ending = Path(last).suffix.lower()
        renamed = self.kind and SAME.get(ending, ending) != self.kind
        return f"{Path(last).stem[-190:]}{self.kind}" if renamed else last[-200:]

    @property
    def sha256(self) -> str:
        """The hash of its content."""
        return hashlib.sha256(self.content).hexdigest()


def kind_of(content: bytes) -> str:
    """Tells by its bytes what a file is, as an ending; empty when it is nothing that is taken."""
    if kind := ENDINGS.get(type_of(content)):
        return kind
    if content[4:8] == b"ftyp":
        return ".heic" if content[8:12] in HEIC_BRANDS else ""
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    return ".txt" if _is_text(content) else ""


def is_heic(name: str) -> bool:
    """Tells of a kept file whether it is a photo that many computers cannot show."""
    return name.lower().endswith((".heic", ".heif"))


def _document(content: bytes) -> str:
    """Tells which of the text documents a packed file is: both keep their names where nothing has to be unpacked."""
    try:
        names = set(zipfile.ZipFile(BytesIO(content)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ""
    if "word/document.xml" in names:
        return ".docx"
    return ".odt" if {"mimetype", "content.xml"} <= names and b"opendocument.text" in content[:200] else ""


def _is_text(content: bytes) -> bool:
    coding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # Notepad of older Windows
    return bool(text) and not any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in set(text))


def wrong_with(file: HandedFile) -> str:
    """What is wrong with a file, and what to choose instead; empty when it can be taken."""
    if not file.content:
        return "Choose a file that is not empty"
    if len(file.content) > MOST_BYTES:
        return f"Choose a file of {MOST_BYTES // 1_000_000} MB or less. What you wrote is still here"
    ending = Path(file.name).suffix.lower()
    # Nearly anything can be read as text, so text is taken under its own name only.
    if ending not in ACCEPTED or not file.kind or (file.kind == ".txt") != (ending == ".txt"):
        return "Choose a photo, a PDF or a text document. This file is none of them, whatever its name says"
    return ""


def keep(file: HandedFile, storage: Path, folder: str = ENTRIES) -> str:
    """Keeps a file under a random name; gives that name."""
    name = secrets.token_urlsafe(24)
    write(storage, f"{folder}/{name}", file.content)
    return name


def drop(name: str, storage: Path, folder: str = ENTRIES) -> None:
    """Removes a kept file whose entry was not written."""
    (storage / folder / name).unlink(missing_ok=True)
