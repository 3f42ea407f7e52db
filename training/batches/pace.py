"""How many rows a step of work on many takes: as many as are done before others have waited for long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HOLD_SECONDS = 0.08
"""How long a step may hold the loop and the writer: a page waits for one step, seldom for two."""
FIRST = 10
"""Rows of the first step, as nobody knows yet how long they take."""
MOST = 200
"""Rows of a step at most: of one that fails, all are done anew."""


class Pace:
    """Measures the steps of one stretch of work, and says how many rows the next one takes."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.perf_counter) -> None:
        self._most, self._clock = most, clock
        self.rows = min(FIRST, most)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Measures a step of `rows` rows; one that fails says nothing of the next."""
        begun = self._clock()
        yield
        share = HOLD_SECONDS / max(self._clock() - begun, HOLD_SECONDS / 2)
        self.rows = max(1, min(self._most, int(self.rows * share)))

    def halve(self) -> None:
        """Takes half as many, down to the one that cannot be done."""
        self.rows = max(1, self.rows // 2)
