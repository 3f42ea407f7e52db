"""The small course, published for the tests of this room."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import write
from training.core.settings import Settings
from training.people.actor import Actor


@pytest.fixture
async def small_steps(tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings) -> str:
    """Publishes the small course; gives its name."""
    report = await load(write(tmp_path / "small"), actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert not report.refused, [str(mistake) for mistake in report.mistakes]
    return "small-steps"
