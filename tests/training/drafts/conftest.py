"""A small published course, and the ways into its draft, for the tests of this room."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest

from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import write
from training.core.settings import Settings
from training.people.actor import Actor

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def small_steps(tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings) -> str:
    """Publishes the small course; gives its name."""
    report = await load(write(tmp_path / "small"), actor=await cast("farah"), now=NOW, storage=settings.storage)
    assert not report.refused, [str(mistake) for mistake in report.mistakes]
    return "small-steps"


async def begun(browser: httpx2.AsyncClient, kind: str, name: str, title: str = "") -> str:
    """Begins a draft; gives its address."""
    answer = await browser.post("/drafts", data={"kind": kind, "name": name, "title": title})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).split("?")[0]


async def revision(browser: httpx2.AsyncClient, file: str) -> str:
    """Opens a file of a draft; gives the revision that the page holds."""
    page = await browser.get(file)
    assert page.status_code == 200, page.text
    return re.findall(r'name="revision" value="(\d+)"', page.text)[0]


async def seen(browser: httpx2.AsyncClient, draft: str) -> str:
    """Opens the page that publishes a draft; gives the revision of the draft that it shows."""
    page = await browser.get(f"{draft}/publish")
    return re.findall(r'name="seen" value="(\d+)"', page.text)[0]
