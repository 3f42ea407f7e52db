"""A handed-in file and the row that speaks of it: the file is on the disk first, and gone where no row came of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tortoise.exceptions import OperationalError

from training.core.errors import AppError
from training.core.handed_files import HandedFile, drop, keep


@asynccontextmanager
async def kept(file: HandedFile | None, storage: Path, folder: str) -> AsyncIterator[str]:
    """Keeps a file while its row is written, and gives the name under which it is kept; "" where there is none."""
    stored = await asyncio.to_thread(keep, file, storage, folder) if file else ""
    try:
        yield stored
    except (AppError, OperationalError):
        # Only where it is sure that the row was not written: cancelled or cut off while committing, it may stand.
        if stored:
            drop(stored, storage, folder)
        raise
