"""Whose turn it is on the one connection of SQLite: what somebody waits for goes before work in the background."""

import asyncio
from contextvars import ContextVar
from typing import Literal

in_background: ContextVar[bool] = ContextVar("in_background", default=False)
"""Set by whoever works while nobody waits for it; tasks that are begun by it are in the background too."""

RESTS = 1
"""While others ask, the background rests so many times as long as it had: it goes on with half of the time."""
SEATS = 8
"""So many of the background stand in the queue at once: one alone would starve where many others stand in it too."""
QUIET_SECONDS = 0.02
"""Others ask no more when none of them has for so long: between two questions of a page lies less."""


class ConnectionTurns(asyncio.Lock):
    """Lends the connection to one task at a time, to those of the background few at once and with rests.

    As each of them waits for the database every few lines, that keeps the loop free as well: a page that asks seventy
    times would wait for seventy turns of each otherwise.
    """

    def __init__(self) -> None:
        super().__init__()
        self._before = asyncio.Semaphore(SEATS)
        self._others = 0
        self._asked = self._rested = 0.0
        self._lent: float | None = None

    async def acquire(self) -> Literal[True]:
        """Waits for the turn, and takes the connection."""
        if in_background.get():
            async with self._before:
                await self._rest()
                await super().acquire()
            self._lent = asyncio.get_running_loop().time()
            return True
        self._others += 1
        try:
            return await super().acquire()
        except BaseException:
            self._others -= 1
            raise

    def release(self) -> None:
        """Gives the connection back."""
        loop = asyncio.get_running_loop()
        if self._lent is None:
            self._others -= 1
            self._asked = loop.time()
        else:  # what is done with the answer, before the loop is free again, belongs to the same turn
            loop.call_soon(self._note, self._lent)
            self._lent = None
        super().release()

    def _note(self, lent: float) -> None:
        now = asyncio.get_running_loop().time()
        self._rested = max(self._rested, now) + RESTS * (now - lent)

    async def _rest(self) -> None:
        loop = asyncio.get_running_loop()
        while self._others or loop.time() - self._asked < QUIET_SECONDS:
            if (left := self._rested - loop.time()) <= 0:
                return
            await asyncio.sleep(min(left, QUIET_SECONDS))
