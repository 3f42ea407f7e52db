"""The evening on which tests happen, so that none depends on the day and the hour that it is run at."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
"""So late that what a test does "today" lies behind it when it is looked at; the day ends in half an hour."""

TODAY = NOW.date()
"""The same day for the demo's unit: in November the clocks of London show UTC."""


@pytest.fixture(autouse=True)
def evening() -> Iterator[None]:
    """Begins each test on that evening."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True, name="evening")
def true_clock() -> None:
    """Leaves the clock alone, where tests speak with programs that have no other: imported there, it comes instead."""
