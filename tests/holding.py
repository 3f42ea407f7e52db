"""Tells whether an event loop was held: by the work that its thread did, as a busy machine makes every clock late."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

OTHERS_WAIT = 0.25
"""Seconds of work at most before somebody else has a turn, whatever is sent."""
STUCK = 20
"""So many times as long on the clock of the wall, and the loop waited for something else than a turn on the machine."""


@asynccontextmanager
async def nobody_waits(most: float = OTHERS_WAIT) -> AsyncIterator[None]:
    """Fails when the loop of this thread worked on one thing for too long, or stood still."""
    worked, stood = [0.0], [0.0]

    async def tick() -> None:
        while True:
            work, wall = time.thread_time(), time.perf_counter()
            await asyncio.sleep(0.002)
            worked[0] = max(worked[0], time.thread_time() - work)
            stood[0] = max(stood[0], time.perf_counter() - wall)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    yield
    await asyncio.sleep(0.005)
    ticking.cancel()
    assert worked[0] < most, f"the loop was held for {worked[0]:.3f} s of work"
    assert stood[0] < most * STUCK, f"the loop stood still for {stood[0]:.3f} s"
