"""One file with everything: the database as of one moment, then the files that its rows name."""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from training.commands.copies import Copied, database_of, set_aside
from training.core.errors import Conflict, Invalid
from training.core.settings import Settings
from training.core.storage import WORKPLACE, sweep_workplaces

FORMAT = "training backup 1"
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
DAMAGED = (tarfile.TarError, EOFError, zlib.error, OSError, ValueError, KeyError)


@dataclass(frozen=True)
class Backup:
    """What is kept and brought back: the database and the folder of files."""

    database: Copied
    storage: Path

    @classmethod
    def of(cls, settings: Settings) -> "Backup":
        """Takes both from the settings."""
        return cls(database_of(settings.database_url), settings.storage)

    def keep(self, file: Path, *, now: datetime) -> int:
        """Writes the backup, whole or not at all, and tells how many files are in it."""
        if file.exists() and not _is_backup(file):
            raise Conflict(f"{file} is there and is no backup.", "Choose another name.")
        sweep_workplaces(file.absolute().parent, now=now)
        with _workplace(file.absolute().parent) as folder:
            # The database goes first: a file is stored before the row that names it, so every row finds its file.
            self.database.dump(folder / DATABASE)
            part = folder / "backup"
            with _private(part) as out, tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
                told = {
                    "format": FORMAT,
                    "made": now.isoformat(),
                    "database": self.database.kind,
                    "sha256": _hash(folder / DATABASE),
                }
                content = json.dumps(told).encode()
                entry = tarfile.TarInfo(MANIFEST)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
                tar.add(folder / DATABASE, DATABASE)
                count = sum(_add(tar, path, self.storage) for path in _files(self.storage))
            os.replace(part, file)
        return count

    def bring_back(self, file: Path, *, force: bool, now: datetime) -> None:
        """Unpacks and checks the whole backup, then puts it in place; what was there is refused, or set aside."""
        if not force and (self.database.is_there() or any(_files(self.storage))):
            raise Conflict("There are records here already.", "To replace them: training restore FILE --force")
        self.storage.parent.mkdir(parents=True, exist_ok=True)
        with _workplace(self.storage.absolute().parent) as folder:
            self._unpack(file, folder)
            self.database.load(folder / DATABASE, now=now)
            set_aside(self.storage, now=now)
            shutil.move(folder / FILES, self.storage)

    def _unpack(self, file: Path, folder: Path) -> None:
        try:
            with tarfile.open(file, "r:gz") as tar:
                manifest = _manifest(tar)
                for member in tar:
                    _extract(tar, member, folder)
            (folder / FILES).mkdir(exist_ok=True)
            sound = _hash(folder / DATABASE) == manifest["sha256"]
        except DAMAGED as error:
            raise Invalid(f"{file}: this is no whole backup ({error}).", "Take another one.") from error
        if not sound:
            raise Invalid(f"{file}: the database in it is damaged.", "Take another backup.")
        if manifest["database"] != self.database.kind:
            raise Invalid(
                f"{file} holds a {manifest['database']} database; the settings name a {self.database.kind} one.",
                "Set TRAINING_DATABASE_URL to a database of the same kind.",
            )


@contextmanager
def _workplace(parent: Path) -> Iterator[Path]:
    try:
        with tempfile.TemporaryDirectory(dir=parent, prefix=WORKPLACE) as folder:
            yield Path(folder)
    except OSError as error:
        raise Invalid(
            f"{error.filename or parent}: {error.strerror}.", "Choose another place, or make room."
        ) from error


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _files(storage: Path) -> Iterator[Path]:
    """Goes through the stored files; names with a dot in front are files that are still being written."""
    for path in sorted(storage.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def _add(tar: tarfile.TarFile, path: Path, storage: Path) -> int:
    try:
        tar.add(path, f"{FILES}/{path.relative_to(storage).as_posix()}", recursive=False)
    except FileNotFoundError:  # removed since the folder was read
        return 0
    return 1


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    first = tar.next()  # not by name: that would read the whole archive
    read = tar.extractfile(first) if first and first.name == MANIFEST else None
    told: dict[str, Any] = json.loads(read.read()) if read else {}
    if told.get("format") != FORMAT:
        raise ValueError("its manifest is missing or of another format")
    return told


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Writes one member where it belongs; nothing in a backup may lead out of the folder."""
    parts = PurePosixPath(member.name).parts
    if not member.isreg() or ".." in parts or parts[0] not in (MANIFEST, DATABASE, FILES):
        raise ValueError(f"unexpected entry {member.name}")
    source, target = tar.extractfile(member), folder / member.name
    assert source is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        shutil.copyfileobj(source, out)


def _is_backup(file: Path) -> bool:
    try:
        with tarfile.open(file, "r:gz") as tar:
            return bool(_manifest(tar))
    except DAMAGED:
        return False


def _hash(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
