"""Keeps the package of a version as a zip, byte for byte, and gives its files back."""

import asyncio
import hashlib
import secrets
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from courses.packages.models import CourseVersion, PackageArchive
from training.core.storage import read, write
from training.drafts.contents import packed

FOLDER = "courses"  # of the storage


def put_away(contents: Mapping[str, bytes], storage: Path) -> PackageArchive:
    """Writes the zip of a package into the storage; gives its row, which has no version and is not saved yet."""
    content, stored = packed(contents), secrets.token_urlsafe(24)
    write(storage, f"{FOLDER}/{stored}", content)
    return PackageArchive(
        id=uuid4(), stored=stored, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
    )


async def files_of(version: CourseVersion, storage: Path) -> dict[str, bytes] | None:
    """Gives the files of a version by name; None where it was published before packages were kept."""
    row = await PackageArchive.get_or_none(version_id=version.id)
    content = await asyncio.to_thread(read, storage, f"{FOLDER}/{row.stored}") if row else None
    if content is None:
        return None
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
