"""What a megabyte of junk costs the service that is asked to believe it: the CPU seconds of its process, told apart."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.contestants import Contestant, free_port, running_one
from tests.benchmarks.driving import drive, post
from tests.benchmarks.figures import Figure, series
from tests.benchmarks.platform import Platform

MEGABYTE = 1024 * 1024
AT_MOST_MILLISECONDS = 1.0


def options(parser: argparse.ArgumentParser) -> None:
    """Says how long it takes."""
    parser.add_argument("--rounds", type=int, default=7, help="how often each kind of post is sent in turn")
    parser.add_argument("--posts", type=int, default=150, help="posts in one turn")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Posts small junk and large junk in turn, and tells what the size costs."""
    with TemporaryDirectory(prefix="bench") as folder:
        platform = Platform(free_port())
        with platform.serving(Path(folder)), running_one("ours", "SQLite", platform, Path(folder)) as service:
            small, large = _request(service, "x" * 10), _request(service, "x" * MEGABYTE)
            _cost(service, small, chosen.posts)
            costs = [[_cost(service, one, chosen.posts) for one in (small, large)] for _ in range(chosen.rounds)]
    yield series("CPU of a post with a token of 10 bytes, refused", [one for one, _ in costs], "ms")
    yield series("CPU of a post with a token of 1 MB, refused", [other for _, other in costs], "ms")
    yield _difference([other - one for one, other in costs])


def _request(service: Contestant, token: str) -> bytes:
    return post(service.origin, service.launch, {"id_token": token, "state": "none"}, Sec_Fetch_Site="cross-site")


def _cost(service: Contestant, request: bytes, posts: int) -> float:
    before = service.worked()
    answers = drive(service.origin, [request] * posts, connections=4).answers
    if any(answer.status not in (400, 401, 413) for answer in answers):
        raise AssertionError(f"junk was answered {answers[0].head}")
    return (service.worked() - before) / posts * 1000


def _difference(costs: Sequence[float]) -> Figure:
    told = series("what the megabyte itself costs", costs, "ms")
    return Figure(told.what, told.value, told.unit, told.spread, at_most=AT_MOST_MILLISECONDS)
