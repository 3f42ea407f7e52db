"""How fast the trail is sealed and checked, and follow-up work claimed and done."""

import argparse
import asyncio
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.benchmarks.figures import Figure
from tests.benchmarks.places import database, kinds
from tests.training.databases import made
from training.database.connection import transaction
from training.people.models import Person
from training.sites.models import CentralUnit
from training.trail import facts
from training.trail.models import Fact, Followup, SealedRow
from training.trail.row_digests import digested
from training.trail.seals import seal_trail
from training.trail.verify import SealKey, verify_trail
from training.trail.worker import Worker

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
    async with made(url):
        return [*await _trail(), *await _work()]


async def _trail() -> list[Figure]:
    now, key = datetime.now(UTC), Ed25519PrivateKey.generate()
    unit = await CentralUnit.create(id=uuid4(), slug="bench", name="Bench")
    for _ in range(ENTRIES // 1000):
        await _happen(unit, now)
    started = time.perf_counter()
    await seal_trail(now=now, sign=lambda text: {"bench": key.sign(text).hex()})
    sealed, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = await verify_trail(now=now, keys={"bench": SealKey(key.public_key())})
    checked, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(report.problems) == 1, "the unit was put in by hand"
    assert (report.entries, report.rows) == (ENTRIES, ENTRIES + 1)
    return [
        Figure(f"{ENTRIES} entries sealed", sealed - started, "s"),
        Figure(f"{ENTRIES} entries and their rows checked", checked - sealed, "s", at_most=10),
        Figure("    memory that it took on top", (after - before) / 1024, "MB", at_most=100),
    ]


async def _happen(unit: CentralUnit, now: datetime) -> None:
    """A thousand people are added, each with the entry that speaks of them."""
    people = [
        Person(id=uuid4(), unit_id=unit.id, name="Somebody New", folded="somebody new", created=now)
        for _ in range(1000)
    ]
    await Person.bulk_create(people)
    rows = [digested(Person, {**vars(one), "unit_id": unit.id}) for one in people]
    await SealedRow.bulk_create([SealedRow(id=row.key, salt=row.salt, marks=row.marks) for row in rows])
    await Fact.bulk_create([_fact(now, {row.table: {row.id: row.said_new()}}) for row in rows])


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


def _fact(now: datetime, rows: dict[str, Any]) -> Fact:
    return Fact(
        kind="person.launched",
        subject_kind="people.Person",
        subject_id=str(uuid4()),
        person_id=uuid4(),
        actor_id=uuid4(),
        happened=now,
        recorded=now,
        detail={"before": None, "after": "x"},
        rows=rows,
    )
