"""The shelf of made files: a folder in which a file is either whole or not there."""

import asyncio
import os
import tempfile
from pathlib import Path


class Shelf:
    """Keeps files under names of our own making."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, content: bytes) -> None:
        """Writes a file whole, and to the disk, before it is there under its name."""
        await asyncio.to_thread(self._put, self._folder / name, content)

    async def get(self, name: str) -> bytes | None:
        """Reads a file; None when it is not there."""
        return await asyncio.to_thread(self._get, self._folder / name)

    def _put(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)

    def _get(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
