"""The files of a draft: their bytes, in the row or in the storage, under the hash of what they are."""

import asyncio
import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from training.core.errors import NotFound
from training.core.storage import read, write
from training.drafts.models import DraftFile
from training.drafts.rules import as_text

FOLDER = "drafts"  # of the storage
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Of a zip; so that the same files give the same zip."""


@dataclass(frozen=True)
class FileContent:
    """What a file holds, as its row keeps it; bytes that are no text are in the storage already."""

    text: str | None
    sha256: str
    size_bytes: int

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of its row."""
        return {"text": self.text, "sha256": self.sha256, "size_bytes": self.size_bytes}


def of_text(text: str) -> FileContent:
    """Gives a text as its row keeps it."""
    content = text.encode()
    return FileContent(text, hashlib.sha256(content).hexdigest(), len(content))


async def put(files: Mapping[str, bytes], storage: Path) -> dict[str, FileContent]:
    """Writes what is no text into the storage; gives each file as its row keeps it."""

    def kept() -> dict[str, FileContent]:
        made = {}
        for path, content in files.items():
            made[path] = FileContent(as_text(path, content), hashlib.sha256(content).hexdigest(), len(content))
            stored = f"{FOLDER}/{made[path].sha256}"
            if made[path].text is None and not (storage / stored).exists():
                write(storage, stored, content)
        return made

    return await asyncio.to_thread(kept)


async def bytes_of(file: DraftFile, storage: Path) -> bytes:
    """Gives the content of one file."""
    if file.text is not None:
        return file.text.encode()
    content = await asyncio.to_thread(read, storage, f"{FOLDER}/{file.sha256}")
    if content is None:
        raise NotFound(f"{file.path} is not in the folder of files.", "Add it to the draft again.")
    return content


async def all_files(draft_id: UUID, storage: Path) -> dict[str, bytes]:
    """Gives every file of a draft by its path."""
    rows = await DraftFile.filter(draft_id=draft_id).order_by("path")
    return {row.path: await bytes_of(row, storage) for row in rows}


async def files_around(draft_id: UUID, path: str, storage: Path) -> dict[str, bytes]:
    """Gives every text of a draft, and of pictures and films those that the folder of a file holds or names."""
    texts, folder = await texts_of(draft_id), f"{path.partition('/')[0]}/"
    named = "\n".join(text for one, text in texts.items() if one.startswith(folder))
    rows = await DraftFile.filter(draft_id=draft_id, text__isnull=True)
    beside = [row for row in rows if row.path.startswith(folder) or row.path.rpartition("/")[2] in named]
    media = {row.path: await bytes_of(row, storage) for row in beside}
    return {one: text.encode() for one, text in texts.items()} | media


async def paths_of(draft_id: UUID) -> set[str]:
    """Gives the path of every file of a draft."""
    return {str(path) for path in await DraftFile.filter(draft_id=draft_id).values_list("path", flat=True)}


async def texts_of(draft_id: UUID) -> dict[str, str]:
    """Gives every text of a draft by its path."""
    rows = await DraftFile.filter(draft_id=draft_id, text__isnull=False).order_by("path").values_list("path", "text")
    return {str(path): str(text) for path, text in rows}


def packed(contents: Mapping[str, bytes]) -> bytes:
    """Writes files as a zip that is read again as the same files."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in sorted(contents):
            member = zipfile.ZipInfo(name, FIRST_DAY)
            member.external_attr = 0o644 << 16
            archive.writestr(member, contents[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()
