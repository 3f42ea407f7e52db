"""The same launch posted four times at once over two processes of ours: it must succeed exactly once, every time."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.contestants import Contestant, free_port, ours_settings, prepared, serving
from tests.benchmarks.driving import Answer, Line, drive
from tests.benchmarks.figures import Figure
from tests.benchmarks.lti import launch_of, login_of
from tests.benchmarks.places import database, kinds
from tests.benchmarks.platform import Platform

AT_ONCE = 4


def options(parser: argparse.ArgumentParser) -> None:
    """Says how long it takes."""
    parser.add_argument("--rounds", type=int, default=200, help="launches, each posted four times at once")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Counts the launches that succeeded exactly once."""
    if why_not := kinds()["PostgreSQL"]:
        yield Figure("launches that succeeded exactly once", skipped=why_not)
        return
    with TemporaryDirectory(prefix="bench") as folder, two_replicas(Path(folder)) as (platform, replicas):
        seen = Counter(admitted(platform, replicas, number) for number in range(chosen.rounds))
    what = f"of {chosen.rounds} launches posted {AT_ONCE} times at once, once only"
    yield Figure(what, seen[1], "launches", at_least=chosen.rounds)


@contextmanager
def two_replicas(folder: Path) -> Iterator[tuple[Platform, Sequence[Contestant]]]:
    """Runs two processes of our service over one PostgreSQL, behind one public address."""
    platform = Platform(free_port())
    ports = (free_port(), free_port())
    public = f"http://127.0.0.1:{ports[0]}"
    with ExitStack() as stack:
        stack.enter_context(platform.serving(folder))
        settings = ours_settings(public, stack.enter_context(database("PostgreSQL")), folder)
        prepared(settings, platform)
        replicas = []
        for port in ports:
            program = stack.enter_context(serving(settings, folder / f"{port}.log", port=port))
            replicas.append(Contestant("ours", public, "/lti/login", "/lti/launch", 303, program.pid))
        yield (
            platform,
            [
                Contestant(**{**vars(one), "origin": f"http://127.0.0.1:{port}"})
                for one, port in zip(replicas, ports, strict=True)
            ],
        )


def admitted(platform: Platform, replicas: Sequence[Contestant], person: int) -> int:
    """Logs somebody in, posts the launch at once over all replicas, and counts how many were admitted."""
    first = replicas[0]
    login = drive(first.origin, [login_of(platform, first, person)], connections=1).answers[0]
    request = launch_of(platform, first, person, login, f"{first.origin}/launch")
    answers = asyncio.run(_posted(replicas, request))
    if any(answer.status not in (303, 400, 401, 403) for answer in answers):
        raise AssertionError(str([answer.head for answer in answers]))
    return sum(answer.status == 303 for answer in answers)


async def _posted(replicas: Sequence[Contestant], request: bytes) -> list[Answer]:
    lines = [Line(replicas[number % len(replicas)].origin) for number in range(AT_ONCE)]
    for line in lines:
        await line.open()
    try:
        return list(await asyncio.gather(*(line.ask(request) for line in lines)))
    finally:
        for line in lines:
            line.close()
