"""Asks for every page of a nation's service as each role: how long each takes, and how much it sends.

`--database` names one that `python -m tests.benchmarks.nation_data` filled; without it one of `--size` is made.
"""

import argparse
import asyncio
import html
import re
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from tests.benchmarks.figures import Figure
from tests.benchmarks.nation_data import environment, fill
from tests.browser.walk import PAGES_OF_ONE_ROUTE, pages_of, pattern_of
from training.app.application import build
from training.core.settings import Settings
from training.database.connection import opened
from training.people.authentication.demo_cast import known
from training.people.authentication.middleware import cookie_name
from training.people.sessions import open_session

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
SLOWEST = 12
TOO_SLOW = 1
"""Seconds after which nobody asks again."""


@dataclass(frozen=True)
class Asked:
    """One page as somebody asked for it: milliseconds of the faster of two answers, and kilobytes of the page."""

    role: str
    route: str
    path: str
    status: int
    milliseconds: float
    kilobytes: float


def options(parser: argparse.ArgumentParser) -> None:
    """Says which nation."""
    parser.add_argument("--database", default="", help="filled by tests.benchmarks.nation_data")
    parser.add_argument("--size", type=int, default=10_000, help="how many certificates, where it is made")
    parser.add_argument("--roles", nargs="*", default=ROLES)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures every page that links lead to, two of each route."""
    with tempfile.TemporaryDirectory() as folder:
        database = chosen.database or f"sqlite://{folder}/nation.db"
        if not chosen.database:
            asyncio.run(fill(database, Path(folder), certificates=chosen.size))
        asked = asyncio.run(_measured(database, Path(folder), chosen.roles))
    for one in sorted(asked, key=lambda one: -one.milliseconds)[:SLOWEST]:
        yield Figure(f"{one.role:6} {one.path[:48]}", one.milliseconds, "ms")
    yield Figure("pages asked for", len(asked), "pages")
    yield Figure("the slowest", max(one.milliseconds for one in asked), "ms", at_most=1000 * TOO_SLOW)
    largest = max(asked, key=lambda one: one.kilobytes)
    yield Figure(f"the largest: {largest.role} {largest.path[:40]}", largest.kilobytes, "KB", at_most=150)
    yield Figure("met a fault", sum(one.status >= 500 for one in asked), "pages", at_most=0)


async def _measured(database: str, folder: Path, roles: list[str]) -> list[Asked]:
    given = {name.removeprefix("TRAINING_").lower(): value for name, value in environment(database, folder).items()}
    settings = Settings.model_validate({name: given[name] for name in Settings.model_fields if name in given})
    app = build(settings)
    async with opened(database), app.router.lifespan_context(app):
        asked = list[Asked]()
        for role in roles:
            token = secrets.token_urlsafe(32)
            await open_session(known(role), token=token, now=datetime.now(UTC))
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            cookies = {cookie_name(settings.secure): token}
            async with httpx2.AsyncClient(
                transport=transport, base_url=settings.public_url, cookies=cookies
            ) as browser:
                asked += [one async for one in _walk(browser, role)]
    return asked


async def _walk(browser: httpx2.AsyncClient, role: str) -> AsyncIterator[Asked]:
    waiting, seen, counted = list(STARTS), set[str](), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        route = pattern_of(urlsplit(path).path)
        if path in seen or counted[route] >= PAGES_OF_ONE_ROUTE:
            continue
        seen.add(path)
        times, answer = [], None
        for _ in range(2):
            begun = time.perf_counter()
            answer = await browser.get(path)
            times.append(time.perf_counter() - begun)
            if times[0] > TOO_SLOW:
                break
        assert answer is not None
        if not answer.headers.get("content-type", "").startswith("text/html") or answer.status_code in (303, 404):
            continue
        counted[route] += 1
        if min(times) > TOO_SLOW:
            print(f"  {role} {path}: {min(times):.1f} s", flush=True)
        yield Asked(role, route, path, answer.status_code, 1000 * min(times), len(answer.content) / 1024)
        waiting += pages_of(str(answer.url), map(html.unescape, LINK.findall(answer.text)))
