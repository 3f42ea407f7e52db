"""The demo as a process of its own, and Chromium in front of it; for tests that see what people see."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    # Playwright loses a frame that goes from site to site while it changes its process: it stays in one.
    "--disable-site-isolation-trials",
]
READY_SECONDS = 180
PATIENCE_SECONDS = 90
"""How long a browser waits for what a page should say or let press: the machine may be busy."""


@dataclass
class Demo:
    """A demo in a folder of its own; it may be stopped, killed and started again, and keeps what it has."""

    folder: Path
    port: int
    database_url: str = ""
    pdf: bool = False
    public_url: str = ""
    """The address that it is known by, where something stands in front of it."""
    days_later: int = 0
    """How far its clock is ahead of ours."""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Where the service listens."""
        return f"http://localhost:{self.port}"

    @property
    def lms(self) -> str:
        """Where the pretend LMS listens."""
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def mails(self) -> Path:
        """The folder of the mails it sent."""
        return self.folder / "var/demo/mail"

    def start(self) -> None:
        """Starts it, and waits until it says that it is ready."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
        environment["PYTHONPATH"] = str(ROOT)
        if self.database_url:
            environment["TRAINING_DATABASE_URL"] = self.database_url
        if self.public_url:
            environment["TRAINING_PUBLIC_URL"] = self.public_url
        command = [
            sys.executable,
            "-m",
            *(["tests.later", str(self.days_later)] if self.days_later else ["training"]),
            "demo",
            "--port",
            str(self.port),
            *([] if self.pdf else ["--no-pdf"]),
        ]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)
        self._await_ready()

    def stop(self) -> None:
        """Stops it as a person does, with everything it has begun put down."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    @property
    def log(self) -> Path:
        """What it wrote while it ran."""
        return self.folder / "log"

    def _await_ready(self) -> None:
        assert self.process is not None
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.address}/health/ready", timeout=2).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        self.stop()
        pytest.fail(f"the demo did not start:\n{self.log.read_text()[-3000:]}")


@contextmanager
def running_demo(folder: Path, *, database_url: str = "", pdf: bool = False) -> Iterator[Demo]:
    """Runs a fresh demo in a folder, on a free port."""
    demo = Demo(folder, free_port(), database_url, pdf)
    demo.start()
    try:
        yield demo
    finally:
        demo.stop()


def free_port() -> int:
    """Finds a port that is free together with the next one, where the pretend LMS listens."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                other.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def become(page: Page, key: str) -> None:
    """Signs in as one of the demo's people."""
    page.goto("/people/choose")
    with page.expect_navigation():
        page.locator(f'button[name=person][value="{key}"]').click()


def chromium_of_the_machine() -> str | None:
    """Finds the Chromium of the machine, first the one that never opens a window: it asks half of the work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """Starts the Chromium of the machine; skips when there is none, and fails where none may be skipped."""
    found = chromium_of_the_machine()
    if found is None:
        missing("no Chromium on this machine")
    with sync_playwright() as play:
        expect.set_options(timeout=PATIENCE_SECONDS * 1000)
        browser = play.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


def missing(what: str) -> None:
    """Skips a test for want of something, but not where everything has to be there (CI=true)."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)
