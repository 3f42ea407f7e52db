"""The demo as a running service, and Chromium in front of it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 90


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh demo, served by its own process."""
    if known := os.environ.get("TRAINING_TEST_ADDRESS"):
        yield known
        return
    folder, port = tmp_path_factory.mktemp("demo"), _free_port()
    home = f"http://localhost:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
    command = [sys.executable, "-m", "training", "demo", "--port", str(port), "--no-pdf"]
    with (folder / "log").open("w") as log:
        service = subprocess.Popen(
            command, cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
        try:
            _await_ready(home, service, folder / "log")
            yield home
        finally:
            service.terminate()
            service.wait(20)


def _free_port() -> int:
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


def _await_ready(home: str, service: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if service.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{home}/health/ready", timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the demo did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A Chromium of the machine, or a skip when there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def be(address: str, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page as one of the demo's people: `be("amina")`; "" is a stranger."""
    contexts: list[BrowserContext] = []

    def somebody(key: str = "", **options: object) -> Page:
        context = chromium.new_context(base_url=address, viewport={"width": 375, "height": 812}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        if key:
            page.goto("/people/choose")
            page.locator(f'button[name=person][value="{key}"]').click()
            page.wait_for_load_state()
        return page

    yield somebody
    for context in contexts:
        context.close()
