"""A service with the demo's people and one course of lessons, as a process of its own; for tests that play them."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page

from courses.packages.publish import load
from tests import copies
from tests.browsing import ROOT, become, free_port
from tests.courses.course_files import zipped
from tests.third_party.programs import running
from training.app.declared import declare
from training.core.storage import prepare
from training.database.connection import opened
from training.demo.doing import being

COURSE = "/courses/small-steps"
COURSE_YAML = """\
course: small-steps
title: Small steps
version: "1"
edit_class: content
languages: [en]
learning: small steps course
modules:
  - {module: drills, title: Drills, minutes: 30, complete: {pages: all}}
"""


async def _publish(folder: Path, lessons: Mapping[str, bytes]) -> None:
    prepare(folder / "files")
    declare()
    named = "".join(f"  - {{scorm: {name}.zip}}\n" for name in lessons)
    files: dict[str, str | bytes] = {"course.yaml": COURSE_YAML, "drills/module.yaml": f"activities:\n{named}"}
    course = zipped(folder / "course.zip", files | {f"drills/{name}.zip": one for name, one in lessons.items()})
    url = f"sqlite://{folder}/test.db"
    async with copies.copied(url), opened(url):
        now = datetime.now(UTC)
        report = await load(course, actor=await being("farah", now.date()), now=now, storage=folder / "files")
        assert not report.refused, [str(one) for one in report.mistakes]


@contextmanager
def served(folder: Path, lessons: Callable[[str], Mapping[str, bytes]]) -> Iterator[str]:
    """Publishes lessons, which are told the address of the service, and serves them; gives that address."""
    port = free_port()
    home = f"http://localhost:{port}"
    with ThreadPoolExecutor(1) as alone:  # the browser has a loop of its own in this thread
        alone.submit(asyncio.run, _publish(folder, lessons(home))).result()
    environment = {
        "PYTHONPATH": str(ROOT), "TRAINING_DATABASE_URL": f"sqlite://{folder}/test.db", "TRAINING_PUBLIC_URL": home,
        "TRAINING_STORAGE_URL": str(folder / "files"), "TRAINING_SECRET_KEY": "k" * 40, "TRAINING_DEMO": "true",
        "TRAINING_PDF": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "training", "serve", "--port", str(port)]
    with running(command, environment, answers=f"{home}/health/ready", log=folder / "log", within=folder):
        yield home


def begun(page: Page, lesson: str) -> Page:
    """Signs in as somebody who learns, begins the course where it is not begun, and opens the page of a lesson."""
    become(page, "amina")
    page.goto(COURSE)
    if (start := page.get_by_role("button", name="Start")).is_visible():
        start.click()
    page.goto(f"{COURSE}/drills/{lesson}")
    return page
