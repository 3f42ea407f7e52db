"""A film goes up on a line that breaks: how much memory the service takes, and how other pages answer meanwhile."""

import argparse
import subprocess
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2

from tests.benchmarks.figures import Figure
from tests.browsing import running_demo
from tests.training.assessments.films.filming import PART, TUS, filmed

GROWTH_MEGABYTES, P95_MILLISECONDS = 50, 300
BREAKS, PIECE, BLOCK = 5, 8 * 1024 * 1024, 1024 * 1024
PAGES = ("/", "/assessments", "/courses", "/relations")
PAUSE, WAIT_SECONDS = 0.1, 600


def options(parser: argparse.ArgumentParser) -> None:
    """Says how large the film is."""
    parser.add_argument("--megabytes", type=int, default=1000)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Sends a film in parts, five of which break off, has it looked into, and reads it back by ranges."""
    small, size = filmed(), chosen.megabytes * 1_000_000
    start = small + (1).to_bytes(4, "big") + b"mdat" + (size - len(small)).to_bytes(8, "big")
    with tempfile.TemporaryDirectory(prefix="films") as place, running_demo(Path(place)) as demo:
        assert demo.process is not None
        with closing(_signed_in(demo.address)) as amina:
            for page in PAGES * 10:
                amina.get(page).raise_for_status()
            with _Reader(demo.address) as reader:
                time.sleep(10)
            yield Figure("pages of others before, p95", reader.p95(), "ms")
            before = _megabytes(demo.process.pid, "VmRSS")
            Path(f"/proc/{demo.process.pid}/clear_refs").write_text("5")  # the peak begins anew
            with _Reader(demo.address) as reader:
                begun = time.monotonic()
                where = _sent(amina, start, size)
                yield Figure("sent, with five breaks", size / 1e6 / (time.monotonic() - begun), "MB/s")
                begun = time.monotonic()
                page = where.removesuffix("/upload")
                while "being checked" in amina.get(page).text:
                    assert time.monotonic() - begun < WAIT_SECONDS
                    time.sleep(0.2)
                yield Figure("looked into, in a process of its own", time.monotonic() - begun, "s")
                begun = time.monotonic()
                for at in range(0, size, 50_000_000):
                    end = min(at + 50_000_000, size) - 1
                    part = amina.get(f"{page}/content", headers={"Range": f"bytes={at}-{end}"})
                    assert part.status_code == 206 and len(part.content) == end + 1 - at
                    assert part.content == _piece(start, size, at, end + 1 - at)
                yield Figure("watched from end to end, and the same", size / 1e6 / (time.monotonic() - begun), "MB/s")
            grown = _megabytes(demo.process.pid, "VmHWM") - before
            yield Figure("memory of the service grew, at its peak", grown, "MB", at_most=GROWTH_MEGABYTES)
            yield Figure("pages of others meanwhile, p95", reader.p95(), "ms", at_most=P95_MILLISECONDS)


def _signed_in(origin: str, key: str = "amina") -> httpx2.Client:
    browser = httpx2.Client(base_url=origin, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60)
    browser.post("/people/choose", data={"person": key})
    return browser


def _sent(amina: httpx2.Client, start: bytes, size: int) -> str:
    day = subprocess.run(["date", "+%F"], capture_output=True, text=True, check=True).stdout.strip()
    said = {"filename": "large.mp4", "held": day}
    metadata = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in said.items())
    answer = amina.post("/assessments/films", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata})
    assert answer.status_code == 201, answer.text
    where, at = answer.headers["location"], 0
    breaks = [size * one // (BREAKS + 1) for one in range(1, BREAKS + 1)]
    while at < size:
        length = min(PIECE, size - at)
        broken = bool(breaks) and at + length > breaks[0]
        try:
            answer = amina.patch(
                where, content=_blocks(start, size, at, length, broken),
                headers=PART | {"Upload-Offset": str(at), "Content-Length": str(length)},
            )  # fmt: skip
            assert answer.status_code == 204, answer.text
        except (_LineBroken, httpx2.HTTPError):
            breaks.pop(0)
            time.sleep(0.3)
        at = int(amina.head(where, headers=TUS).headers["upload-offset"])
    assert not breaks
    return where


class _LineBroken(Exception):
    """The line broke in the middle of a part."""


def _blocks(start: bytes, size: int, at: int, length: int, broken: bool) -> Iterator[bytes]:
    for place in range(at, at + length, BLOCK):
        if broken and place > at + length // 2:
            raise _LineBroken
        yield _piece(start, size, place, min(BLOCK, at + length - place))


def _piece(start: bytes, size: int, at: int, length: int) -> bytes:
    """A part of the film: what is at its start, then always the same letters."""
    head = start[at : at + length]
    rest = length - len(head)
    shift = max(0, at - len(start)) % 256
    return head + (bytes(range(256)) * (rest // 256 + 2))[shift : shift + rest]


def _megabytes(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1000
    raise AssertionError(name)


class _Reader(threading.Thread):
    """Somebody else, who opens a page every now and then."""

    def __init__(self, origin: str) -> None:
        super().__init__(daemon=True)
        self.browser, self.seconds, self.ended = _signed_in(origin, "bruno"), list[float](), threading.Event()

    def p95(self) -> float:
        """Tells within how many milliseconds 95 of a hundred pages came."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)] * 1000

    def run(self) -> None:
        """Opens one page after the other."""
        number = 0
        while not self.ended.wait(PAUSE):
            begun = time.monotonic()
            self.browser.get(PAGES[number % len(PAGES)]).raise_for_status()
            self.seconds.append(time.monotonic() - begun)
            number += 1

    def __enter__(self) -> "_Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join(60)
