"""How fast people come in: logins and launches of our service beside two known tools and a bare handler."""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.benchmarks.contestants import FIELD, Contestant, free_port, running_one
from tests.benchmarks.driving import Answer, Drive, drive, get, post
from tests.benchmarks.figures import Figure, ratio, series
from tests.benchmarks.places import Missing, kinds
from tests.benchmarks.platform import CLIENT_ID, DEPLOYMENT_ID, KNOWN, Platform

CONNECTIONS = 16
AT_LEAST = {
    "PostgreSQL": {"PyLTI1p3": 2.0, "ltijs": 6.0, "bare handler": 0.70},
    "SQLite": {"PyLTI1p3": 1.5, "ltijs": 8.0},
}
P99_AT_MOST = {"PyLTI1p3": 0.8}
DRIVER_ROOM = 0.8
"""The share of a core that the driver may use before it may be what is measured."""


@dataclass(frozen=True)
class Lap:
    """One contestant's part of one round."""

    pairs_a_second: float
    cpu_milliseconds: float
    p99_milliseconds: float
    driver: float
    posted_a_second: float
    """Pairs without the request in which a library hands over to its tool, where there is one."""


def options(parser: argparse.ArgumentParser) -> None:
    """Says how long it takes."""
    parser.add_argument("--rounds", type=int, default=15, help="how often each tool is called in turn")
    parser.add_argument("--pairs", type=int, default=400, help="logins with their launches in one turn")
    parser.add_argument("--only", default="", help="tools to compare with, with commas; all when left out")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures on each database that there is."""
    for kind, why_not in kinds().items():
        if why_not:
            yield Figure(f"launches on {kind}", skipped=why_not)
            continue
        with TemporaryDirectory(prefix="bench") as folder, ExitStack() as stack:
            platform = Platform(free_port())
            stack.enter_context(platform.serving(Path(folder)))
            field: list[Contestant] = []
            for name in _names(chosen.only):
                try:
                    field.append(stack.enter_context(running_one(name, kind, platform, Path(folder))))
                except Missing as missing:
                    yield Figure(f"launches on {kind} × {name}", skipped=str(missing))
            yield from _compared(kind, rounds(platform, field, chosen.rounds, chosen.pairs))


def _names(only: str) -> list[str]:
    wanted = [part.strip().lower() for part in only.split(",") if part.strip()]
    return [name for name in FIELD if name == "ours" or not wanted or any(part in name.lower() for part in wanted)]


def rounds(platform: Platform, field: Sequence[Contestant], count: int, pairs: int) -> dict[str, list[Lap]]:
    """Calls each contestant once a round, each round beginning with another."""
    laps: dict[str, list[Lap]] = defaultdict(list)
    for contestant in field:
        # Everybody known has been here once, one after the other: tools differ in what they make of a race.
        lap(platform, contestant, list(range(KNOWN)), connections=1)
    for number in range(count):
        for contestant in (*field[number % len(field) :], *field[: number % len(field)]):
            people = [platform.next_person(one) for one in range(pairs)]
            laps[contestant.name].append(lap(platform, contestant, people))
    return laps


def lap(platform: Platform, contestant: Contestant, people: Sequence[int], *, connections: int = CONNECTIONS) -> Lap:
    """Lets people in: all log in, then all launch; tokens are signed in between, while no clock runs."""
    target = f"{contestant.origin}/launch"
    before = contestant.worked()
    logins = drive(contestant.origin, [login_of(platform, contestant, one) for one in people], connections=connections)
    worked = contestant.worked() - before
    posts = [
        launch_of(platform, contestant, one, answer, target) for one, answer in zip(people, logins.answers, strict=True)
    ]
    before = contestant.worked()
    launches = drive(contestant.origin, posts, connections=connections)
    _check(contestant, launches)
    seconds = posted = logins.seconds + launches.seconds
    took = [answer.seconds for answer in launches.answers]
    if contestant.hands_over:
        gets = [get(contestant.origin, answer.header("location"), answer.cookies) for answer in launches.answers]
        ends = drive(contestant.origin, gets, connections=connections)
        _check(contestant, ends)
        seconds, took = seconds + ends.seconds, [one + end.seconds for one, end in zip(took, ends.answers, strict=True)]
    worked += contestant.worked() - before
    return Lap(
        len(people) / seconds,
        worked / len(people) * 1000,
        sorted(took)[int(len(people) * 0.99)] * 1000,
        max(logins.busy, launches.busy),
        len(people) / posted,
    )


def login_of(platform: Platform, contestant: Contestant, person: int) -> bytes:
    """Writes the request that begins a login."""
    asked = {
        "iss": platform.issuer, "login_hint": f"person-{person}", "lti_message_hint": f"hint-{person}",
        "target_link_uri": f"{contestant.origin}/launch", "client_id": CLIENT_ID, "lti_deployment_id": DEPLOYMENT_ID,
    }  # fmt: skip
    return get(contestant.origin, f"{contestant.login}?{urlencode(asked)}")


def launch_of(platform: Platform, contestant: Contestant, person: int, answer: Answer, target: str) -> bytes:
    """Writes the post that ends a login."""
    location = answer.header("location")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    fields = {"id_token": platform.sign(person, asked["nonce"], target), "state": asked["state"]}
    return post(contestant.origin, contestant.launch, fields, answer.cookies, Sec_Fetch_Site="cross-site")


def _check(contestant: Contestant, launches: Drive) -> None:
    for answer in launches.answers:
        if answer.status != contestant.admits:
            raise AssertionError(f"{contestant.name} answered {answer.head}\n{answer.body[:2000]!r}")


def _compared(kind: str, laps: dict[str, list[Lap]]) -> Iterator[Figure]:
    for name, own in laps.items():
        yield series(f"login + launch on {kind}, {name}", [one.pairs_a_second for one in own], "pairs/s")
        yield series("    CPU a pair", [one.cpu_milliseconds for one in own], "ms")
        yield series("    launch p99 at 16 connections", [one.p99_milliseconds for one in own], "ms")
        yield series("    driver's share of a core", [one.driver for one in own], "")
    ours = laps["ours"]
    for name, theirs in laps.items():
        if name == "ours":
            continue
        bound = {"at_least": AT_LEAST[kind][name]} if name in AT_LEAST[kind] else {}
        speeds = ([one.pairs_a_second for one in ours], [one.pairs_a_second for one in theirs])
        yield ratio(f"login + launch on {kind} × {name}", *speeds, **bound)
        if theirs[0].posted_a_second != theirs[0].pairs_a_second:
            posted = [one.posted_a_second for one in theirs]
            yield ratio("    without its line for the audit", [one.pairs_a_second for one in ours], posted)
        yield ratio(
            f"    CPU a pair × {name}",
            [one.cpu_milliseconds for one in ours],
            [one.cpu_milliseconds for one in theirs],
        )
        bound = {"at_most": P99_AT_MOST[name]} if name in P99_AT_MOST else {}
        slowest = ([one.p99_milliseconds for one in ours], [one.p99_milliseconds for one in theirs])
        yield ratio(f"    launch p99 × {name}", *slowest, **bound)
