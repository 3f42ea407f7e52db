"""The shelf of made files: the folder of files, for those who must not wait for a disk."""

import asyncio
from pathlib import Path

from training import storage


class Shelf:
    """Keeps files under names of our own making."""

    def __init__(self, folder: Path) -> None:
        storage.prepare(folder)
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Writes a file whole, and to the disk, before it is there under its name; raises Upstream if it cannot be."""
        await asyncio.to_thread(storage.write, self._folder, name, content)

    async def get(self, name: str) -> bytes | None:
        """Reads a file; None when it is not there; raises Upstream when that cannot be known just now."""
        return await asyncio.to_thread(storage.read, self._folder, name)
