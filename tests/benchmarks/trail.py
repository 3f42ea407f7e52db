"""How fast the trail is sealed and checked, and follow-up work claimed and done."""

import argparse
import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from tests.benchmarks.figures import Figure
from tests.benchmarks.places import database, kinds
from tests.training.databases import TRAIL, made
from training import facts
from training.database.opening import transaction
from training.facts import Fact, Followup
from training.sealing import seal_trail
from training.trail_check import verify_trail
from training.worker import Worker

ENTRIES = 100_000
PIECES = 3_000


def options(parser: argparse.ArgumentParser) -> None:
    """Says where: one kind of database, since two in one process share the SQL that Tortoise keeps."""
    parser.add_argument("--database", choices=kinds(), default="SQLite")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures on an empty database."""
    if why_not := kinds()[chosen.database]:
        yield Figure("the trail", skipped=why_not)
        return
    with database(chosen.database) as url:
        yield from asyncio.run(_measured(url))


async def _measured(url: str) -> list[Figure]:
    facts.follow({})
    async with made(url, TRAIL):
        return [*await _trail(), *await _work()]


async def _trail() -> list[Figure]:
    now = datetime.now(UTC)
    for _ in range(ENTRIES // 1000):
        await Fact.bulk_create([_fact(now) for _ in range(1000)])
    started = time.perf_counter()
    await seal_trail(now=now)
    sealed = time.perf_counter()
    report = await verify_trail()
    checked = time.perf_counter()
    assert report.sound and report.entries == ENTRIES
    return [
        Figure(f"{ENTRIES} entries sealed", sealed - started, "s"),
        Figure(f"{ENTRIES} entries checked", checked - sealed, "s", at_most=10),
    ]


async def _work() -> list[Figure]:
    now = datetime.now(UTC)
    rows = [Followup(kind="nothing", key=str(number), due=now, payload={}) for number in range(PIECES)]
    async with transaction():
        await Followup.bulk_create(rows)
    started = time.perf_counter()
    await Worker({"nothing": _nothing}, None).work_once()
    drained = PIECES / (time.perf_counter() - started)
    started = time.perf_counter()
    for number in range(500):
        async with transaction():
            await facts.record("person.launched", rows[number], actor=None, now=now)
    return [
        Figure("pieces of follow-up work done", drained, "/ s"),
        Figure("transactions with a fact, one after the other", 500 / (time.perf_counter() - started), "/ s"),
    ]


async def _nothing(work: Followup, outside: None) -> None:
    return None


def _fact(now: datetime) -> Fact:
    return Fact(
        kind="person.launched",
        subject_kind="people.Person",
        subject_id=str(uuid4()),
        person_id=uuid4(),
        actor_id=uuid4(),
        happened=now,
        recorded=now,
        detail={"before": None, "after": "x"},
    )
