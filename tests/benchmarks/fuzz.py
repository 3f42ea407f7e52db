"""Ten minutes of what strangers send: every address as each of the cast, every reader of files; no fault, no trace."""

import argparse
import asyncio
import random
import sqlite3
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from tests.benchmarks.figures import Figure
from tests.benchmarks.places import database
from tests.benchmarks.soak import PAGES, served_demo
from tests.strangers_input import Sent, requests
from tests.test_fuzz import NOT_READY, READERS, answered, read_spoilt

NAMED = ("slug", "number", "token", "serial", "kid", "sha256")
"""Columns whose values stand in addresses, besides ids."""
OF_EACH = 5
"""Rows of each table whose names are tried."""
SIGNED_IN_FOR = 100
"""Requests until somebody signs in anew: many an address ends sessions."""
SIGN_IN = "/people/choose"
SIGNS_OUT = ("/sign-out", "/sessions", "/people/{id}/sign-out")


def options(parser: argparse.ArgumentParser) -> None:
    """Says how long it takes, and which."""
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="where chance begins")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Sends and reads junk, and tells what was answered wrongly."""
    yield Figure("seed", chosen.seed)
    with TemporaryDirectory(prefix="fuzz") as name, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as reader:
        folder = Path(name)
        files = reader.submit(_files, chosen.seed, chosen.minutes * 60)
        with database("SQLite") as url, served_demo(url, folder) as service:
            statuses, wrong = asyncio.run(_everybody(service.origin, chosen.seed, chosen.minutes * 60, _known(url)))
        traces = (folder / "soak.log").read_text("utf-8", "replace").count("Traceback (most recent call last)")
        read, broken = files.result()
    yield Figure("requests", sum(statuses.values()))
    for status, count in sorted(statuses.items()):
        yield Figure(f"    answered {status}", count)
    yield Figure("answers that are a fault", sum(wrong.values()), at_most=0)
    for what, count in wrong.most_common(10):
        yield Figure(f"    {what}", count)
    yield Figure("traces in the log", traces, at_most=0)
    yield Figure("files read", read)
    yield Figure("files that met a fault", len(broken), at_most=0)
    for words in broken:
        print(words)


def _known(url: str) -> dict[str, list[str]]:
    """Gathers names that exist, by the blank of an address that they fit."""
    with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite://')}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, list[str]] = {}
        for table in tables:
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            rows = connection.execute(f'SELECT * FROM "{table}" ORDER BY random() LIMIT {OF_EACH}').fetchall()
            for column, values in zip(columns, zip(*rows, strict=True), strict=False):
                for name in ("id", *NAMED):
                    if column == name or column.endswith(f"_{name}"):
                        found.setdefault(name, []).extend(str(value) for value in values if value is not None)
    ids = found["id"]
    return found | dict.fromkeys(("person", "record", "enrolment", "session", "membership"), ids)


async def _everybody(
    origin: str, seed: int, seconds: float, known: dict[str, list[str]]
) -> tuple[Counter[int], Counter[str]]:
    until = time.monotonic() + seconds
    statuses: Counter[int] = Counter()
    wrong: Counter[str] = Counter()
    await asyncio.gather(
        *(_one(origin, name, seed + number, until, known, statuses, wrong) for number, name in enumerate(PAGES))
    )
    return statuses, wrong


async def _one(
    origin: str,
    name: str,
    seed: int,
    until: float,
    known: dict[str, list[str]],
    statuses: Counter[int],
    wrong: Counter[str],
) -> None:
    """Sends as one of the cast until the time is over."""
    async with httpx2.AsyncClient(base_url=origin, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as browser:
        for count, sent in enumerate(requests(seed, known=known)):
            if time.monotonic() > until:
                return
            if name and count % SIGNED_IN_FOR == 0:
                signing_in = Sent(SIGN_IN, "POST", SIGN_IN, form={"person": name})
                await _sent(browser, signing_in, statuses, wrong)
            if sent.route not in SIGNS_OUT:
                await _sent(browser, sent, statuses, wrong)


async def _sent(browser: httpx2.AsyncClient, sent: Sent, statuses: Counter[int], wrong: Counter[str]) -> None:
    try:
        status = await answered(browser, sent)
    except (httpx2.LocalProtocolError, httpx2.InvalidURL):  # what no client would send
        return
    except httpx2.TransportError as error:
        wrong[f"{sent.method} {sent.route}: {type(error).__name__}"] += 1
        return
    statuses[status] += 1
    if status >= 500 and status != NOT_READY:
        wrong[f"{sent.method} {sent.route}: {status}"] += 1


def _files(seed: int, seconds: float) -> tuple[int, list[str]]:
    """Spoils files and reads them, in a process of its own; gives how many, and the traces of faults."""
    chance, until, count = random.Random(seed), time.monotonic() + seconds, 0
    broken: list[str] = []
    with TemporaryDirectory(prefix="fuzz") as folder:
        while time.monotonic() < until:
            count += 1
            try:
                read_spoilt(chance.choice([*READERS, "course"]), chance, Path(folder))
            except Exception:
                broken.append(traceback.format_exc()[-2000:])
    return count, broken[:10]
