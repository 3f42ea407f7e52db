"""Devices to rate on: Chromium, Firefox and WebKitGTK as the machine has them, each with a profile that it keeps."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from tests.browsing import QUIET, free_port

SECONDS = 30
MINI_BROWSERS = "usr/lib/*/webkit2gtk-4.*/MiniBrowser"


class Device(ABC):
    """A browser that is opened, closed and killed, and shows one page at a time."""

    keeps = True
    """Whether it has what it kept when it is opened again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    @abstractmethod
    def missing() -> str:
        """Names what the machine lacks; "" where nothing."""

    @abstractmethod
    def open(self) -> None:
        """Opens it with the profile of its folder."""

    @abstractmethod
    def close(self) -> None:
        """Closes it as a person does."""

    @abstractmethod
    def kill(self) -> None:
        """Ends it as an empty battery does."""

    @abstractmethod
    def go(self, address: str) -> None:
        """Opens an address, and waits until it is there."""

    @abstractmethod
    def run(self, words: str, *given: Any) -> Any:
        """Runs the body of an async function with `given` in the page, and gives what it returns."""


class Chromium(Device):
    """The Chromium of the machine."""

    play: Playwright | None = None
    context: BrowserContext
    page: Page

    @staticmethod
    def missing() -> str:
        return "" if shutil.which("chromium") else "no Chromium on this machine (Debian: chromium)"

    def open(self) -> None:
        self.play = sync_playwright().start()
        self.context = self.play.chromium.launch_persistent_context(
            str(self.folder), executable_path=shutil.which("chromium"), args=QUIET
        )
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()

    def close(self) -> None:
        if self.play:
            with suppress(Exception):  # one that was killed has nothing to close
                self.context.close()
            self.play.stop()
        self.play = None

    def kill(self) -> None:
        """Kills each process that runs on this profile, and no other."""
        own = f"--user-data-dir={self.folder}".encode()
        for one in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if own in one.read_bytes().split(b"\0"):
                    os.kill(int(one.parent.name), signal.SIGKILL)
        self.close()

    def go(self, address: str) -> None:
        self.page.goto(address, timeout=SECONDS * 1000)

    def run(self, words: str, *given: Any) -> Any:
        return self.page.evaluate(f"(given) => (async (...given) => {{ {words} }})(...given)", list(given))


class Firefox(Device):
    """Firefox by the socket on which geckodriver speaks to it, as Debian has no geckodriver.

    A message is its length, a colon and JSON: [0, number, command, parameters], answered by [1, number, error, result].
    Source: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
    """

    process: "subprocess.Popen[bytes] | None" = None
    line: socket.socket

    @staticmethod
    def missing() -> str:
        return "" if shutil.which("firefox-esr") else "no Firefox ESR on this machine (Debian: firefox-esr)"

    def open(self) -> None:
        port = free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "user.js").write_text(
            f'user_pref("marionette.port", {port});\n'
            'user_pref("browser.sessionstore.resume_from_crash", false);\n'
            'user_pref("toolkit.startup.max_resumed_crashes", -1);\n'
            'user_pref("browser.shell.checkDefaultBrowser", false);\n'
            'user_pref("datareporting.policy.dataSubmissionEnabled", false);\n'
            'user_pref("app.normandy.enabled", false);\n'
        )
        words = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(self.folder)]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(words, stdout=quiet, stderr=quiet, start_new_session=True)
        self.line = _reached(port)
        self._answer()  # it says who it is first
        self._ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "accept"}}})
        timeouts = {"script": SECONDS * 1000, "pageLoad": SECONDS * 1000}
        self._ask("WebDriver:SetTimeouts", timeouts)

    def close(self) -> None:
        with suppress(OSError, RuntimeError):
            self._ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._ended()

    def kill(self) -> None:
        self._ended()

    def _ended(self) -> None:
        if self.process:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0 if self.process.poll() is None and not self.line.fileno() else 0.1)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(SECONDS)
            self.line.close()
        self.process = None

    def go(self, address: str) -> None:
        self._ask("WebDriver:Navigate", {"url": address})

    def run(self, words: str, *given: Any) -> Any:
        return self._ask("WebDriver:ExecuteAsyncScript", {"script": _async(words), "args": list(given)})["value"]

    def _ask(self, command: str, given: Mapping[str, Any]) -> Any:
        text = json.dumps([0, 1, command, given])
        self.line.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, error, result = self._answer()
        if error:
            raise RuntimeError(f"{command}: {error}")
        return result

    def _answer(self) -> Any:
        head = b""
        while not head.endswith(b":"):
            if not (one := self.line.recv(1)):
                raise OSError("Firefox has gone")
            head += one
        body, length = b"", int(head[:-1])
        while len(body) < length:
            if not (more := self.line.recv(length - len(body))):
                raise OSError("Firefox has gone")
            body += more
        return json.loads(body)


class WebKit(Device):
    """WebKitGTK by its WebDriver, on a screen that nobody sees; driven by one, it keeps nothing when it is closed."""

    keeps = False
    driver: "subprocess.Popen[bytes] | None" = None
    screen: "subprocess.Popen[bytes]"
    asked: httpx2.Client

    @staticmethod
    def missing() -> str:
        for name, package in (("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")):
            if not shutil.which(name):
                return f"no {name} on this machine (Debian: {package})"
        return ""

    def open(self) -> None:
        port, display, quiet = free_port(), f":{90 + os.getpid() % 900}", subprocess.DEVNULL
        self.screen = subprocess.Popen(["Xvfb", display], stdout=quiet, stderr=quiet)
        here = os.environ | {"DISPLAY": display, "WEBKIT_DISABLE_COMPOSITING_MODE": "1", "LIBGL_ALWAYS_SOFTWARE": "1"}
        here["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # the sandbox needs rights that a container lacks
        self.driver = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"], env=here, stdout=quiet, stderr=quiet, start_new_session=True
        )
        _reached(port).close()
        self.asked = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS * 2)
        browser = str(next(Path("/").glob(MINI_BROWSERS)))
        wanted = {"webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]}}
        made = self._ask("/session", {"capabilities": {"alwaysMatch": wanted}})
        self.asked.base_url = f"http://127.0.0.1:{port}/session/{made['sessionId']}"
        self._ask("/timeouts", {"script": SECONDS * 1000, "pageLoad": SECONDS * 1000})

    def close(self) -> None:
        self.kill()

    def kill(self) -> None:
        if self.driver:
            self.asked.close()
            with suppress(ProcessLookupError):
                os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.wait(SECONDS)
            self.screen.terminate()
            self.screen.wait(SECONDS)
        self.driver = None

    def go(self, address: str) -> None:
        self._ask("/url", {"url": address})

    def run(self, words: str, *given: Any) -> Any:
        return self._ask("/execute/async", {"script": _async(words), "args": list(given)})

    def _ask(self, path: str, given: Mapping[str, Any]) -> Any:
        answer = self.asked.post(path, json=given).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{path}: {answer['error']}: {answer.get('message')}")
        return answer


def _async(words: str) -> str:
    return (
        "const given = [...arguments], done = given.pop();"
        f"(async (...given) => {{ {words} }})(...given).then((found) => done([found]), (fault) => done(String(fault)));"
    )


def _reached(port: int) -> socket.socket:
    until = time.monotonic() + SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=SECONDS * 2)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


DEVICES: Mapping[str, type[Device]] = {"Chromium": Chromium, "Firefox ESR": Firefox, "WebKitGTK": WebKit}
