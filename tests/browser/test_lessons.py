"""Lessons made by others: played, left, resumed and finished on a phone; and one that means harm, which does none."""

import asyncio
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from courses.packages.publish import load
from tests import copies
from tests.browser.axe import violations
from tests.browsing import ROOT, free_port
from tests.courses import scorm_packages as made
from tests.courses.course_files import zipped
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
MODULE = "activities:\n  - {scorm: old.zip}\n  - {scorm: new.zip, title: Newer drill}\n  - {scorm: bad.zip}\n"
HOSTILE = """\
<!doctype html><html lang="en"><head><title>Bad</title></head><body><h1>Bad</h1><pre id="told"></pre>
<a href="https://example.org/" target="_top" id="out">Out</a>
<svg onload="window.drawn = true"></svg><img alt="" src="nothing.png" onerror="window.failed = true">
<script>
const told = {}, home = HOME, saving = `${home}COURSE/drills/bad/play/1/save`;
const attempt = (name, what) => { try { told[name] = `${what()}`; } catch (trouble) { told[name] = "refused"; } };
attempt("cookie", () => parent.parent.document.cookie);
attempt("page", () => parent.parent.document.body.innerHTML.length);
attempt("storage", () => top.localStorage.length);
attempt("top", () => { top.location = "https://example.org/"; return "went"; });
attempt("popup", () => open("about:blank"));
attempt("own cookie", () => document.cookie);
for (const junk of [null, 7, "left", { lesson: "left" }, { lesson: "values", values: 3 },
                    { lesson: "values", values: { "cmi.core.lesson_status": "passed" } }])
  parent.parent.postMessage(junk, "*");
attempt("frame", () => { for (const junk of [{ lesson: "values", values: { a: { b: "x".repeat(300000) } } }])
  parent.postMessage(junk, "*"); return "sent"; });
document.getElementById("out").click();
const form = document.createElement("form");
Object.assign(form, { method: "post", action: `${home}/sign-out`, target: "_top" });
document.body.append(form); form.submit();
Promise.allSettled([
  fetch(`${home}/courses`, { credentials: "include" }).then((one) => one.text()),
  fetch(saving, { method: "POST", credentials: "include", mode: "no-cors", body: "{}" }),
  fetch("/courses", { credentials: "include" }).then((one) => { if (!one.ok) throw one.status; }),
]).then((all) => {
  told.fetched = all.map((one) => one.status).join(" ");
  document.getElementById("told").textContent = JSON.stringify(told);
});
</script></body></html>
"""


async def _publish(folder: Path, home: str) -> None:
    url = f"sqlite://{folder}/test.db"
    prepare(folder / "files")
    declare()
    hostile = HOSTILE.replace("HOME", f'"{home}"').replace("COURSE", COURSE)
    course = zipped(
        folder / "course.zip",
        {
            "course.yaml": COURSE_YAML,
            "drills/module.yaml": MODULE,
            "drills/old.zip": made.package(),
            "drills/new.zip": made.package(made.NEW),
            "drills/bad.zip": made.package(changes={"pages/index.html": hostile}),
        },
    )
    async with copies.copied(url), opened(url):
        now = datetime.now(UTC)
        report = await load(course, actor=await being("farah", now.date()), now=now, storage=folder / "files")
        assert not report.refused, [str(one) for one in report.mistakes]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the demo's people and a course of three lessons."""
    folder, port = tmp_path_factory.mktemp("lessons"), free_port()
    home = f"http://localhost:{port}"
    with ThreadPoolExecutor(1) as alone:  # the browser has a loop of its own in this thread
        alone.submit(asyncio.run, _publish(folder, home)).result()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")} | {
        "PYTHONPATH": str(ROOT), "TRAINING_DATABASE_URL": f"sqlite://{folder}/test.db", "TRAINING_PUBLIC_URL": home,
        "TRAINING_STORAGE_URL": str(folder / "files"), "TRAINING_SECRET_KEY": "k" * 40, "TRAINING_DEMO": "true",
        "TRAINING_PDF": "false",
    }  # fmt: skip
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "training", "serve", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 90
        while time.monotonic() < until and process.poll() is None:
            try:
                urllib.request.urlopen(f"{home}/health/ready", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail((folder / "log").read_text()[-3000:])
        yield home
    finally:
        process.terminate()
        process.wait(20)


def _learner(be: Callable[..., Page], lesson: str, **options: object) -> Page:
    page = be("amina", **options)
    page.goto(COURSE)
    if (start := page.get_by_role("button", name="Start")).is_visible():
        start.click()
    page.goto(f"{COURSE}/drills/{lesson}")
    return page


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_lesson_is_played_left_resumed_and_finished(be: Callable[..., Page], name: str) -> None:
    page = _learner(be, name)
    page.get_by_role("link", name="Start the lesson").click()
    status, lesson = page.locator("[data-status]"), page.frame_locator("iframe").frame_locator("iframe")
    expect(lesson.get_by_text("You are at: the start")).to_be_visible(timeout=20_000)
    expect(status).to_have_text("Nothing is saved yet.")
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert [one for one in violations(page) if "frame" not in str(one)] == []
    lesson.get_by_role("button", name="To page 2").click()
    expect(status).to_contain_text("Saved at", timeout=20_000)
    page.get_by_role("link", name="Leave the lesson").click()
    page.get_by_role("link", name="Go on with the lesson").click(timeout=20_000)
    expect(lesson.get_by_text("You are at: page 2")).to_be_visible(timeout=20_000)
    lesson.get_by_role("button", name="Finish").click()
    expect(status).to_contain_text("You have done this lesson.", timeout=20_000)
    expect(status).to_contain_text("85")
    page.get_by_role("link", name="Leave the lesson").click()
    expect(page.get_by_role("link", name="Open the lesson again")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("You have done this lesson.")).to_be_visible()


def test_a_hostile_lesson_reaches_nothing_and_the_way_out_stays(be: Callable[..., Page], address: str) -> None:
    page = _learner(be, "bad")
    page.get_by_role("link", name="Start the lesson").click()
    told = page.frame_locator("iframe").frame_locator("iframe").locator("#told")
    expect(told).to_contain_text("fetched", timeout=20_000)
    found = told.inner_text()
    for refused in ("cookie", "page", "storage"):
        assert f'"{refused}":"refused"' in found, found
    assert '"popup":"null"' in found and '"own cookie":""' in found, found
    assert '"fetched":"rejected rejected rejected"' in found, found
    page.wait_for_timeout(2_500)
    assert page.url == f"{address}{COURSE}/drills/bad/play/1" and len(page.context.pages) == 1
    assert page.locator("[data-status]").inner_text() == "Nothing is saved yet."
    page.get_by_role("link", name="Leave the lesson").click()
    expect(page.get_by_text("In progress").first).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_without_script_the_window_says_what_to_do(be: Callable[..., Page]) -> None:
    page = _learner(be, "old", java_script_enabled=False)
    page.goto(f"{COURSE}/drills/old/play/1")
    expect(page.get_by_text("This lesson needs scripts")).to_be_visible()
    expect(page.get_by_role("link", name="Leave the lesson")).to_be_visible()
