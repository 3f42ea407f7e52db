"""How many rows a step of work on many takes: as many as are done before others have waited for long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from training.database.connection import on_postgres

HOLD_SECONDS = 0.08
"""How long a step may hold the loop and the one writer of SQLite: a page waits for one step, seldom for two."""
ON_POSTGRES_SECONDS = 0.8
"""How long it may take where pages are served by another process: only who changes the same rows waits for it."""
FIRST = 20
"""Rows of the first step, and of others at least: what a step costs by itself is paid with each."""
MOST = 200
"""Rows of a step at most: of one that fails, all are done anew."""


class StepSizes:
    """Measures the steps of one stretch of work, and says how many rows the next one takes."""

    def __init__(self, most: int = MOST, *, hold: float = 0, clock: Callable[[], float] = time.perf_counter) -> None:
        self._most, self._clock = most, clock
        self._hold = hold or (ON_POSTGRES_SECONDS if on_postgres() else HOLD_SECONDS)
        self.rows = min(FIRST, most)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Measures a step of `rows` rows; one that fails says nothing of the next."""
        begun = self._clock()
        yield
        fit = int(self.rows * self._hold / max(self._clock() - begun, self._hold / 2))
        self.rows = min(self._most, 2 * self.rows, max(FIRST, fit))

    def halve(self) -> None:
        """Takes half as many, down to the one that cannot be done."""
        self.rows = max(1, self.rows // 2)
