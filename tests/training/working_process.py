"""A worker as a process of its own, for tests that kill it: writes each piece it does to a file, then takes a while."""

import asyncio
import os
import sys
from datetime import timedelta

from tests.training.databases import TRAIL
from training.database.connection import opened
from training.trail.models import Followup
from training.trail.worker import Worker


async def note(work: Followup, file: int) -> None:
    """Notes the piece, as a side effect that no rollback undoes."""
    os.write(file, f"{work.key}\n".encode())
    await asyncio.sleep(0.004)


async def main(url: str, path: str) -> None:
    """Works until killed."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    worker = Worker({"note": note}, file, batch=4, lease=timedelta(seconds=0.6), poll_seconds=0.05)
    async with opened(url, apps=TRAIL):
        os.write(file, b"up\n")
        await worker.work_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
