"""Asks for every page of a nation's service as each role: how long it takes, how much it sends, how often it asks.

Pages are those that links lead to, two of each route, and one of each other route of the table whose blanks are known.
`--database` names one that `python -m tests.benchmarks.nation_data` filled; without it those of `--sizes` are made, on
PostgreSQL where `--server` names one. Of several sizes it tells what grew.
"""

import argparse
import asyncio
import html
import logging
import re
import secrets
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from tests.benchmarks.figures import Figure
from tests.benchmarks.nation_data import Postgres, environment, fill
from tests.browser.walk import NOT_PAGES, PAGES_OF_ONE_ROUTE, pages_of, pattern_of
from training.app.application import build
from training.app.routes import ROUTES
from training.core.settings import Settings
from training.database.connection import opened
from training.people.authentication.demo_cast import known
from training.people.authentication.middleware import cookie_name
from training.people.sessions import open_session
from training.web.routing import ANYONE

ROLES = ("dara", "farah", "chloe", "bruno", "hana", "nadia", "amina")
"""Central unit and auditor, administrator, coordinator, assessor, supervisor, facilitator, trainee."""
STARTS = (
    "/",
    "/people",
    "/sites",
    "/register",
    "/certificates/decisions",
    "/practice/records",
    "/assessments",
    "/pathways",
)
LINK = re.compile(r'<a [^>]*href="([^"]+)"')
BLANK = re.compile(r"{(\w+)(:path)?}")
SLOWEST = 12
TOO_SLOW, TOO_LARGE = 1.0, 150
"""Seconds after which nobody asks again, and the kilobytes that a page may have."""
NOISE = 20
"""Milliseconds below which nobody asks whether a page grew."""


@dataclass(frozen=True)
class Asked:
    """One page as somebody asked for it: milliseconds of the faster of two answers, kilobytes, and its statements."""

    role: str
    route: str
    path: str
    status: int
    milliseconds: float
    kilobytes: float
    statements: int

    def __str__(self) -> str:
        return f"{self.role:6} {self.path[:42]} · {self.kilobytes:.0f} KB · {self.statements} st."


@dataclass
class Statements(logging.Handler):
    """Counts the statements that go to the database by way of Tortoise; those of hot paths beside it are two."""

    number: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        """Counts one."""
        self.number += 1


@dataclass
class Walk:
    """What one role was shown: the pages, the addresses that were looked at, and what stands in their blanks."""

    role: str
    counter: Statements
    seen: set[str] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)


def options(parser: argparse.ArgumentParser) -> None:
    """Says which nation, or nations."""
    parser.add_argument("--database", default="", help="filled by tests.benchmarks.nation_data")
    parser.add_argument("--sizes", default="10000", help="how many certificates, where they are made: 10000,100000")
    parser.add_argument("--server", default="", help="postgres://…, where databases are made and dropped; else SQLite")
    parser.add_argument("--roles", nargs="*", default=ROLES)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures every page of the route table, of one size or several."""
    sizes = [0] if chosen.database else [int(one) for one in chosen.sizes.split(",")]
    found: dict[int, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            found[size] = asyncio.run(_nation(chosen, size, Path(folder)))
            yield from _told(found[size], f" of {size:,}" if size else "")
    if len(sizes) > 1:
        yield from _grown(found[sizes[0]], found[sizes[-1]])


async def _nation(chosen: argparse.Namespace, size: int, folder: Path) -> list[Asked]:
    """Measures a nation that is there, or one that is made for it and dropped."""
    if chosen.database:
        return await _measured(chosen.database, folder, chosen.roles)
    database = f"{chosen.server.rstrip('/')}/nation_of_{size}" if chosen.server else f"sqlite://{folder}/{size}.db"
    await fill(database, folder, certificates=size)
    try:
        return await _measured(database, folder, chosen.roles)
    finally:
        if chosen.server:
            await Postgres(database).dropped()


def _told(asked: list[Asked], of: str) -> Iterator[Figure]:
    slowest = sorted(asked, key=lambda one: -one.milliseconds)
    for one in slowest[:SLOWEST]:
        yield Figure(str(one), one.milliseconds, "ms")
    for one in sorted(asked, key=lambda one: -one.kilobytes):
        if one.kilobytes > TOO_LARGE:
            yield Figure(f"large: {one.role} {one.path[:40]}", one.kilobytes, "KB")
    for one in asked:
        if one.status >= 500:
            yield Figure(f"fault: {one.role} {one.path[:44]}", one.status)
    most = max(asked, key=lambda one: one.statements)
    yield Figure(f"most statements: {most.role} {most.path[:34]}", most.statements, "")
    yield Figure(f"pages asked for{of}", len(asked), "pages")
    yield Figure(f"their routes{of}", len({one.route for one in asked}), "routes")
    yield Figure(
        f"over {TOO_SLOW:.0f} s{of}", sum(one.milliseconds > 1000 * TOO_SLOW for one in asked), "pages", at_most=0
    )
    yield Figure(f"over {TOO_LARGE} KB{of}", sum(one.kilobytes > TOO_LARGE for one in asked), "pages", at_most=0)
    yield Figure(f"met a fault{of}", sum(one.status >= 500 for one in asked), "pages", at_most=0)


def _grown(small: list[Asked], large: list[Asked]) -> Iterator[Figure]:
    """Tells which routes take longer in the larger nation: the slowest page of a route as one role, in both."""
    before, after = _slowest(small), _slowest(large)
    ratios = [(after[key] / before[key], key) for key in after.keys() & before.keys() if after[key] > NOISE]
    for ratio, (role, route) in sorted(ratios, reverse=True)[:SLOWEST]:
        key = role, route
        yield Figure(f"grew: {role:6} {route[:36]} to {after[key]:.0f} ms", ratio, "×")


def _slowest(asked: Iterable[Asked]) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = defaultdict(float)
    for one in asked:
        found[one.role, one.route] = max(found[one.role, one.route], one.milliseconds)
    return found


async def _measured(database: str, folder: Path, roles: list[str]) -> list[Asked]:
    given = {name.removeprefix("TRAINING_").lower(): value for name, value in environment(database, folder).items()}
    settings = Settings.model_validate({name: given[name] for name in Settings.model_fields if name in given})
    app = build(settings)
    async with opened(database), app.router.lifespan_context(app):
        counter, asked, blanks = Statements(), list[Asked](), dict[str, list[str]]()
        log = logging.getLogger("tortoise.db_client")
        log.addHandler(counter)
        log.setLevel(logging.DEBUG)
        log.propagate = False
        for role in roles:
            token = secrets.token_urlsafe(32)
            await open_session(known(role), token=token, now=datetime.now(UTC))
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            cookies = {cookie_name(settings.secure): token}
            async with httpx2.AsyncClient(
                transport=transport, base_url=settings.public_url, cookies=cookies
            ) as browser:
                walk = Walk(role, counter)
                asked += [one async for one in _along_links(browser, walk, blanks)]
                asked += [one async for one in _beside_links(browser, walk, blanks)]
    return asked


async def _along_links(browser: httpx2.AsyncClient, walk: Walk, blanks: dict[str, list[str]]) -> AsyncIterator[Asked]:
    waiting = list(STARTS)
    while waiting:
        path = waiting.pop(0)
        route = pattern_of(urlsplit(path).path)
        if path in walk.seen or walk.counted[route] >= PAGES_OF_ONE_ROUTE:
            continue
        _learnt(urlsplit(path).path, blanks)
        answer, asked = await _asked(browser, walk, route, path)
        if asked:
            yield asked
            waiting += pages_of(str(answer.url), map(html.unescape, LINK.findall(answer.text)))


async def _beside_links(browser: httpx2.AsyncClient, walk: Walk, blanks: dict[str, list[str]]) -> AsyncIterator[Asked]:
    """Asks for one page of each route to which no link led, where its blanks are known from another address."""
    for route in ROUTES:
        if (
            "GET" not in route.methods
            or walk.counted[route.path]
            or route.may == ANYONE
            or NOT_PAGES.search(route.path)
        ):
            continue
        path = _filled(route.path, blanks)
        if path and path not in walk.seen:
            _, asked = await _asked(browser, walk, route.path, path)
            if asked:
                yield asked


async def _asked(
    browser: httpx2.AsyncClient, walk: Walk, route: str, path: str
) -> tuple[httpx2.Response, Asked | None]:
    """Asks for a page twice, and gives no measure of what is no page, or not theirs."""
    walk.seen.add(path)
    times, answer = [], None
    for _ in range(2):
        walk.counter.number, begun = 0, time.perf_counter()
        answer = await browser.get(path)
        times.append(time.perf_counter() - begun)
        if times[0] > TOO_SLOW:
            break
    assert answer is not None
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if not is_page or answer.status_code in (303, 403, 404):
        return answer, None
    walk.counted[route] += 1
    if min(times) > TOO_SLOW:
        print(f"  {walk.role} {path}: {min(times):.1f} s", flush=True)
    kilobytes = len(answer.content) / 1024
    return answer, Asked(
        walk.role, route, path, answer.status_code, 1000 * min(times), kilobytes, walk.counter.number
    )  # fmt: skip


def _learnt(path: str, blanks: dict[str, list[str]]) -> None:
    """Notes what stands in the blanks of an address, by the part of its route before them."""
    pattern = pattern_of(path)
    parts, words = pattern.split("/"), path.split("/")
    if len(parts) != len(words) or ":path" in pattern:
        return
    for at, part in enumerate(parts):
        if BLANK.fullmatch(part):
            known_ones = blanks.setdefault(_before(parts, at), [])
            if words[at] not in known_ones:
                known_ones.append(words[at])


def _filled(pattern: str, blanks: dict[str, list[str]]) -> str:
    """Fills the blanks of a route with what stood there in other addresses, "" where nothing did."""
    parts = pattern.split("/")
    words = list(parts)
    for at, part in enumerate(parts):
        if "{" in part:
            found = blanks.get(_before(parts, at), []) if BLANK.fullmatch(part) else []
            if not found:
                return ""
            words[at] = found[-1]
    return "/".join(words)


def _before(parts: list[str], at: int) -> str:
    return "/".join("*" if "{" in one else one for one in parts[:at])
