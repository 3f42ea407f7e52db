"""Hours in minutes: the people of the demo walk through their pages, and nothing slows down or grows."""

import argparse
import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvloop

from tests.benchmarks import kills
from tests.benchmarks.contestants import Contestant, command, free_port, ours_settings, serving
from tests.benchmarks.driving import Line, drive, get, post
from tests.benchmarks.figures import Figure
from tests.benchmarks.places import database, kinds

PAGES = {
    "amina": ("/", "/courses", "/practice", "/pathways", "/certificates", "/assessments"),
    "bruno": ("/", "/assessments", "/assessments/new", "/practice/confirmations"),
    "chloe": ("/", "/people", "/sites", "/practice/records"),
    "dara": ("/", "/register", "/register.csv", "/audits", "/certificates/decisions", "/people"),
    "emre": ("/", "/people", "/sites"),
    "farah": ("/", "/lti/console", "/lti/console/launches", "/lti/console/scores"),
    "": ("/sign-in", "/verify", "/health/ready", "/.well-known/jwks.json"),
}
"""Who opens which pages; the one without a name is a stranger."""
P95_MILLISECONDS, P99_MILLISECONDS, ERRORS_PERCENT, GROWTH_PERCENT = 300, 1000, 0.1, 5
WARM_SHARE = 0.1
"""The share of the time after which memory is taken for the first time: caches have filled by then."""


@dataclass
class Seen:
    """What all users saw together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)


def options(parser: argparse.ArgumentParser) -> None:
    """Says how long it takes, and how many come."""
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds that a user reads before the next page")
    parser.add_argument("--database", choices=["SQLite", "PostgreSQL"], default="SQLite")
    kills.options(parser)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Lets users walk, and tells how long pages took, what went wrong and how memory grew."""
    if why_not := kinds()[chosen.database]:
        yield Figure("soak", skipped=why_not)
        return
    with TemporaryDirectory(prefix="soak") as folder, database(chosen.database) as url:
        seen = Seen()
        with (
            served_demo(url, Path(folder)) as service,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            runner.run(_walked(service, _cookies(service.origin), seen, chosen))
    yield from _told(seen)
    yield from kills.figures(chosen)


@contextmanager
def served_demo(url: str, folder: Path) -> Iterator[Contestant]:
    """Serves the filled demo as `training serve` does; what it logs stands in soak.log."""
    origin = f"http://127.0.0.1:{free_port()}"
    settings = ours_settings(origin, url, folder) | {"TRAINING_DEMO": "true"}
    for words in ("migrate", "seed"):
        command(settings, words)
    with serving(settings, folder / "soak.log") as program:
        yield Contestant("ours", origin, "/lti/login", "/lti/launch", 303, program.pid)


def _cookies(origin: str) -> dict[str, str]:
    """Signs everybody in once; their many browsers share the session."""
    cookies = {"": ""}
    for person in filter(None, PAGES):
        asked = post(origin, "/people/choose", {"person": person}, Sec_Fetch_Site="same-origin")
        answer = drive(origin, [asked], connections=1).answers[0]
        if answer.status != 303:
            raise AssertionError(f"{person} could not sign in: {answer.head}")
        cookies[person] = answer.cookies
    return cookies


async def _walked(service: Contestant, cookies: dict[str, str], seen: Seen, chosen: argparse.Namespace) -> None:
    begun = time.monotonic()
    until = begun + chosen.minutes * 60
    names = list(PAGES)
    users = [
        _user(service.origin, names[number % len(names)], cookies, seen, until, chosen.pause)
        for number in range(chosen.users)
    ]
    await asyncio.gather(_weighed(service, seen, until, chosen.minutes * 60 * WARM_SHARE), *users)


async def _user(origin: str, name: str, cookies: dict[str, str], seen: Seen, until: float, pause: float) -> None:
    line = Line(origin)
    while time.monotonic() < until:
        path = random.choice(PAGES[name])
        try:
            answer = await line.ask(get(origin, path, cookies[name]))
        except (OSError, asyncio.IncompleteReadError):  # a kept connection that was closed meanwhile is opened anew
            line.close()
            try:
                answer = await line.ask(get(origin, path, cookies[name]))
            except (OSError, asyncio.IncompleteReadError) as error:
                seen.wrong[f"{path}: {type(error).__name__}"] += 1
                continue
        seen.seconds[path].append(answer.seconds)
        if answer.status != 200:
            seen.wrong[f"{path} for {name or 'a stranger'}: {answer.status}"] += 1
        await asyncio.sleep(random.uniform(0.5, 1.5) * pause)


async def _weighed(service: Contestant, seen: Seen, until: float, warm: float) -> None:
    await asyncio.sleep(warm)
    while time.monotonic() < until:
        seen.memory.append(service.resident())
        await asyncio.sleep(min(5, warm))


def _told(seen: Seen) -> Iterator[Figure]:
    ordered = sorted(chain.from_iterable(seen.seconds.values()))
    count = len(ordered)
    tenth = max(1, len(seen.memory) // 10)
    first, last = (sum(part) / tenth for part in (seen.memory[:tenth], seen.memory[-tenth:]))
    yield Figure("pages", count)
    yield Figure("p50", ordered[count // 2] * 1000, "ms")
    yield Figure("p95", ordered[int(count * 0.95)] * 1000, "ms", at_most=P95_MILLISECONDS)
    yield Figure("p99", ordered[int(count * 0.99)] * 1000, "ms", at_most=P99_MILLISECONDS)
    yield Figure("errors", sum(seen.wrong.values()) / count * 100, "%", at_most=ERRORS_PERCENT)
    yield Figure("memory at first", first, "MB")
    yield Figure("memory growth", (last / first - 1) * 100, "%", at_most=GROWTH_PERCENT)
    for path, own in sorted(seen.seconds.items(), key=lambda one: -median(one[1]))[:5]:
        yield Figure(f"    {path}, as a rule", median(own) * 1000, "ms")
    for what, often in seen.wrong.most_common(10):
        yield Figure(f"    wrong: {what}", often)
