"""The folder of files: a file is whole and on the disk, or not there; a folder that is away is not taken for empty."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from training.core.errors import Upstream

MARK = ".files"
"""Stands in the folder as long as it is ours: without it a disk is not mounted, or the folder was put elsewhere."""
NEW = ".new"
"""Where files are written before they get their names; what is left there was never anybody's."""
LEFT_AFTER = timedelta(hours=1)
"""Older than this it was begun by a process that is no more."""
WORKPLACE = ".backup-"
"""How the folders begin in which backups are made and unpacked."""
BACKUP_LEFT_AFTER = timedelta(days=1)


class DiskFull(Upstream):
    """The disk has no room for what was to be written."""


def is_fresh(folder: Path) -> bool:
    """Tells whether nothing was ever kept in the folder, as far as it shows."""
    return not folder.is_dir() or next(folder.iterdir(), None) is None


def prepare(folder: Path) -> None:
    """Makes the folder ours, and proves that it can be written to; raises Upstream when it cannot."""
    try:
        (folder / NEW).mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
    except OSError as error:
        raise _cannot("written to", folder, error) from error


def begin(folder: Path) -> None:
    """Makes the folder ours where nothing was ever kept: before the service was started for the first time."""
    if is_fresh(folder):
        prepare(folder)


def write(folder: Path, name: str, content: bytes) -> None:
    """Writes a file whole, and to the disk, before it is there under its name; raises Upstream when it cannot be."""
    path = folder / name
    try:
        _must_be_there(folder)
        (folder / NEW).mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder / NEW, prefix=".new-", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                Path(file.name).unlink()
                raise
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(file.name).replace(path)
        for above in path.relative_to(folder).parents:  # or a power cut leaves the file without its name
            handle = os.open(folder / above, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
    except OSError as error:
        raise _cannot("written to", folder, error) from error


def probe(folder: Path) -> None:
    """Proves that the folder takes a file now; raises Upstream when it does not."""
    try:
        _must_be_there(folder)
        with tempfile.NamedTemporaryFile(dir=folder / NEW, prefix=".new-") as file:
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        raise _cannot("written to", folder, error) from error


def read(folder: Path, name: str) -> bytes | None:
    """Reads a file; None when it is not there; raises Upstream when that cannot be known just now."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        try:
            _must_be_there(folder)
        except OSError as error:
            raise _cannot("read", folder, error) from error
        return None
    except OSError as error:
        raise _cannot("read", folder, error) from error


@contextmanager
def appending(folder: Path, name: str, *, begins: bool) -> Iterator[BinaryIO]:
    """Opens a file that is written in parts, and makes it where it `begins`; raises Upstream when it cannot be."""
    path = folder / name
    try:
        _must_be_there(folder)
        path.parent.mkdir(exist_ok=True)
        with open(os.open(path, os.O_RDWR | (os.O_CREAT if begins else 0), 0o600), "r+b", buffering=0) as file:
            yield file
    except OSError as error:
        raise _cannot("written to", folder, error) from error


def size_of(folder: Path, name: str) -> int:
    """Tells how long a file is, 0 where there is none; raises Upstream when that cannot be known just now."""
    try:
        return (folder / name).stat().st_size
    except FileNotFoundError:
        try:
            _must_be_there(folder)
        except OSError as error:
            raise _cannot("read", folder, error) from error
        return 0
    except OSError as error:
        raise _cannot("read", folder, error) from error


def remove(folder: Path, name: str) -> None:
    """Removes a file, if it is there; raises Upstream when that cannot be known just now."""
    try:
        _must_be_there(folder)
        (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise _cannot("written to", folder, error) from error


def sweep(folder: Path, *, now: datetime) -> int:
    """Removes what was begun and never finished by a process that was killed; tells how much that was."""
    begun = [path for path in (folder / NEW).glob("*") if _is_left(path, LEFT_AFTER, now)]
    for path in begun:
        path.unlink(missing_ok=True)
    return len(begun) + sweep_workplaces(folder.absolute().parent, now=now)


def sweep_workplaces(parent: Path, *, now: datetime) -> int:
    """Removes what backups and restores that were killed have left in a folder; tells how many that were."""
    left = [path for path in parent.glob(f"{WORKPLACE}*") if _is_left(path, BACKUP_LEFT_AFTER, now)]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _is_left(path: Path, after: timedelta, now: datetime) -> bool:
    with suppress(FileNotFoundError):
        return now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > after
    return False


def _must_be_there(folder: Path) -> None:
    if not (folder / MARK).exists():
        raise FileNotFoundError(2, "it is not where it was at the start")


def _cannot(what: str, folder: Path, error: OSError) -> Upstream:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull("The disk is full.", "Try again later; if it stays so, tell whoever runs the service.")
    return Upstream(
        f"The folder of files cannot be {what} just now: {error.strerror or error} ({folder.name}).",
        "Nothing is lost. Try again in a few minutes; if it stays so, tell whoever runs the service.",
    )


class FileStore:
    """Keeps files under names of our own making."""

    def __init__(self, folder: Path) -> None:
        prepare(folder)
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Writes a file whole, and to the disk, before it is there under its name; raises Upstream if it cannot be."""
        await asyncio.to_thread(write, self._folder, name, content)

    async def get(self, name: str) -> bytes | None:
        """Reads a file; None when it is not there; raises Upstream when that cannot be known just now."""
        return await asyncio.to_thread(read, self._folder, name)
