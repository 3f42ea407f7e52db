"""Large files, encrypted in chunks: written in order as they arrive, read by range, never whole in memory."""

import fcntl
import os
import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from training.core import storage
from training.core.encryption import NONCE_BYTES, Encryptor
from training.core.errors import Conflict, Upstream
from training.core.storage import DiskFull

CHUNK = 64 * 1024
"""Bytes that are encrypted together: as many are decrypted at least, however short a range is."""
AROUND = NONCE_BYTES + 16
"""Bytes that encryption adds to a chunk: the nonce and the tag of GCM."""
ROOM_LEFT = 500_000_000
"""Bytes that a large file leaves free on the disk, for the records."""


class DamagedFilm(Upstream):
    """A kept file is not what was written: a piece is missing, was changed or stands elsewhere."""


def new_key() -> str:
    """Draws the key of one file; it is kept encrypted, so another secret key leaves the file as it is."""
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True)
class LargeFile:
    """One file of `size` bytes under a name of our own; what has arrived of it are whole chunks, and the last one.

    Each chunk is bound to the file, its place and the size: moved, cut off or exchanged, it does not open.
    """

    folder: Path
    name: str
    key: str
    size: int

    @cached_property
    def _cipher(self) -> Encryptor:
        return Encryptor(self.key)

    def _purpose(self, index: int) -> str:
        return f"{self.name} {index} of {self.size}"

    def received(self) -> int:
        """Tells how many bytes have arrived for good."""
        return self._plain(storage.size_of(self.folder, self.name))

    def _plain(self, kept: int) -> int:
        chunks, rest = divmod(kept, CHUNK + AROUND)
        there = chunks * CHUNK
        return self.size if rest and there + rest - AROUND == self.size else there

    def append(self, content: bytes, *, at: int) -> int:
        """Writes what comes at a place, as far as it fills chunks or ends the file; tells how much is there then.

        It is on the disk for good once it is settled.

        Raises Conflict where something else has arrived meanwhile, Upstream where it cannot be written: then nothing of
        it was.
        """
        ends = at + len(content) >= self.size
        content = content[: self.size - at] if ends else content[: len(content) // CHUNK * CHUNK]
        if not content:
            return at  # and the last chunk, which is shorter, stays
        encrypted = b"".join(
            self._cipher.encrypt(content[start : start + CHUNK], purpose=self._purpose((at + start) // CHUNK))
            for start in range(0, len(content), CHUNK)
        )
        with storage.appending(self.folder, self.name, begins=at == 0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # a line that broke may still be read while the next one begins
            there = self._plain(os.fstat(file.fileno()).st_size)
            if there != at:
                raise Conflict("Another part of this file has arrived meanwhile.", "Ask how much there is, and go on.")
            whole = at // CHUNK * (CHUNK + AROUND)
            file.truncate(whole)  # half a chunk is left where the machine went off
            file.seek(whole)
            try:
                _write_all(file, encrypted)
            except OSError:
                file.truncate(whole)
                raise
        return at + len(content)

    def settle(self) -> None:
        """Has what was written last until the machine goes off; after each piece it would keep others from the disk."""
        with storage.appending(self.folder, self.name, begins=False) as file:
            os.fsync(file.fileno())

    def read(self, start: int, length: int) -> bytes:
        """Reads a range; raises Damaged where what is kept is not what was written."""
        length = min(length, self.size - start)
        if length <= 0:
            return b""
        first, last = start // CHUNK, (start + length - 1) // CHUNK
        with open(self.folder / self.name, "rb", buffering=0) as file:
            raw = os.pread(file.fileno(), (last - first + 1) * (CHUNK + AROUND), first * (CHUNK + AROUND))
        try:
            plain = b"".join(
                self._cipher.decrypt(
                    raw[place * (CHUNK + AROUND) : (place + 1) * (CHUNK + AROUND)], purpose=self._purpose(first + place)
                )
                for place in range(last - first + 1)
            )
        except Upstream as error:
            raise DamagedFilm("This file is not as it was sent any more.", "Send it again.") from error
        skipped = start - first * CHUNK
        return plain[skipped : skipped + length]

    def blocks(self, most: int = 16 * CHUNK) -> Iterator[bytes]:
        """Reads all of it, block by block."""
        for start in range(0, self.size, most):
            yield self.read(start, most)


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Writes everything: a disk that fills up takes a part at first."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def refuse_without_room(folder: Path, size: int) -> None:
    """Raises Upstream where a file of so many bytes would fill the disk."""
    if shutil.disk_usage(folder).free < size + ROOM_LEFT:
        raise DiskFull(
            "There is no room for a file of this size just now, so nothing of it was kept.",
            "Try a shorter film, or tell whoever runs the service that the disk is full.",
        )
