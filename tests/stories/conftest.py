"""A demo for each database, and the browsers of those who come to it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browsing import a_chromium, running_demo
from tests.history import published, seeded
from tests.stories.records import own_database
from tests.stories.verbs import Stage
from tests.today import true_clock
from training.commands import pango

__all__ = ["published", "seeded", "true_clock"]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A Chromium of the machine, or a skip when there is none."""
    with a_chromium() as browser:
        yield browser


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def stage(
    request: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A fresh demo, first on SQLite and then on PostgreSQL, and browsers in front of it."""
    with own_database(request.param) as database_url:
        folder, pdf = tmp_path_factory.mktemp(request.param), not pango.look().missing
        with running_demo(folder, database_url=database_url, pdf=pdf) as demo:
            there = Stage(demo, chromium)
            yield there
            there.clear()
