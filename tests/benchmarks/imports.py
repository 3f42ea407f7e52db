"""How long it takes to bring a workforce over from one workbook, and how pages answer meanwhile."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx2

from tests.benchmarks.contestants import ours_settings
from tests.benchmarks.figures import PAGES, Figure, pages_meanwhile
from tests.benchmarks.places import database, kinds
from tests.benchmarks.soak import served_demo
from tests.certificates.world import publish_pathway
from tests.taking_over import RULES, SHEETS
from tests.third_party.programs import ROOT, bare
from tests.training.imports.handing_in import columns_found
from tests.workforce import workbook
from training.app.consequences import AFTER
from training.database.connection import opened
from training.trail import facts

PAUSE = 0.1
WAIT_SECONDS = 900


def options(parser: argparse.ArgumentParser) -> None:
    """Says how much of the workforce, and where."""
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], default="SQLite")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Imports as somebody does it in the browser, in a service that others use."""
    if why_not := kinds()[chosen.database]:
        yield Figure("imports", skipped=why_not)
        return
    content, wrong = workbook(chosen.scale)
    with tempfile.TemporaryDirectory(prefix="imports") as place, database(chosen.database) as url:
        folder = Path(place)
        with served_demo(url, folder) as service, _worker(ours_settings(service.origin, url, folder)):
            asyncio.run(_with_rules(url, folder))
            dara = _signed_in(service.origin)
            with _Reader(service.origin) as reader:
                batches, checked, done = [], 0.0, 0.0
                for sheet, kind in SHEETS:
                    batch, seconds = _rehearsed(dara, content, sheet, kind)
                    found = int(dara.get(f"{batch}/refused.csv").text.count("\n")) - 1
                    assert found == wrong[sheet], f"{sheet}: {found} rows refused, {wrong[sheet]} are wrong"
                    yield Figure(f"{sheet} rehearsed", seconds, "s")
                    checked += seconds
                    seconds = _pressed(dara, batch, "begin")
                    yield Figure(f"{sheet} taken over", seconds, "s")
                    done += seconds
                    batches.append(batch)
                yield Figure("all rehearsed", checked, "s", at_most=60 * chosen.scale)
                yield Figure("all taken over", done, "s", at_most=300 * chosen.scale)
                yield Figure("all undone", sum(_pressed(dara, batch, "undo") for batch in reversed(batches)), "s")
            yield from pages_meanwhile(reader.seconds)


@contextmanager
def _worker(settings: Mapping[str, str]) -> Iterator[None]:
    """Does the work beside the pages on PostgreSQL; with SQLite `training serve` does it."""
    if settings["TRAINING_DATABASE_URL"].startswith("sqlite"):
        yield
        return
    words = [sys.executable, "-W", "ignore", "-m", "training", "work"]
    with subprocess.Popen(words, cwd=ROOT, env=bare() | settings) as program:
        yield
        program.terminate()


async def _with_rules(url: str, folder: Path) -> None:
    facts.follow(AFTER)
    async with opened(url):
        await publish_pathway(folder, RULES)


def _signed_in(origin: str) -> httpx2.Client:
    client = httpx2.Client(base_url=origin, headers={"Sec-Fetch-Site": "same-origin"}, timeout=120)
    assert client.post("/people/choose", data={"person": "dara"}).status_code == 303
    return client


def _rehearsed(dara: httpx2.Client, content: bytes, sheet: str, kind: str) -> tuple[str, float]:
    """Hands one sheet in; gives the path of its batch, and the seconds until all its rows were checked."""
    begun = time.perf_counter()
    path = dara.post("/imports", files={"file": ("workforce.xlsx", content)}).headers["location"].split("?")[0]
    dara.post(path, data={"kind": kind, "sheet": sheet})
    answer = dara.post(path, data=columns_found(dara.get(path).text))
    batch = answer.headers["location"].split("?")[0]
    return batch, _until_idle(dara, batch, begun)


def _pressed(dara: httpx2.Client, batch: str, button: str) -> float:
    begun = time.perf_counter()
    answer = dara.post(f"{batch}/do", data={"do": button})
    assert answer.status_code == 303, answer.text
    return _until_idle(dara, batch, begun)


def _until_idle(dara: httpx2.Client, batch: str, begun: float) -> float:
    while time.perf_counter() - begun < WAIT_SECONDS:
        page = dara.get(batch).text
        if "data-progress" not in page:
            return time.perf_counter() - begun
        time.sleep(0.5)
    raise AssertionError(f"{batch} did not end")


class _Reader(threading.Thread):
    """Somebody who reads pages all the while, and how long each took."""

    def __init__(self, origin: str) -> None:
        super().__init__(daemon=True)
        self._client, self._over = _signed_in(origin), threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        """Opens one page after the other."""
        for path in cycle(PAGES):
            if self._over.wait(PAUSE):
                return
            begun = time.perf_counter()
            assert self._client.get(path).status_code == 200, path
            self.seconds.append(time.perf_counter() - begun)

    def __enter__(self) -> "_Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
