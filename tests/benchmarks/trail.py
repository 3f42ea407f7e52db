"""How fast the trail is sealed and checked, and follow-up work claimed: `python -m tests.benchmarks.trail [URL]`."""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from uuid import uuid4

from training import facts
from training.database.opening import opened, transaction
from training.facts import Fact, Followup
from training.sealing import seal_trail
from training.trail_check import verify_trail
from training.worker import Worker

TRAIL = {"trail": ["training.facts", "training.sealing"]}
ENTRIES = 100_000
PIECES = 3_000


async def figures(url: str) -> list[tuple[str, float, str]]:
    """Measures on an empty database: what, how much, unit."""
    facts.follow({})
    async with opened(url, create=True, apps=TRAIL):
        return [*await _trail(), *await _work()]


async def _trail() -> list[tuple[str, float, str]]:
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
        (f"{ENTRIES} entries sealed", sealed - started, "s"),
        (f"{ENTRIES} entries checked (at most 10)", checked - sealed, "s"),
    ]


async def _work() -> list[tuple[str, float, str]]:
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
        ("pieces of follow-up work done", drained, "a second"),
        ("transactions with a fact, one after the other", 500 / (time.perf_counter() - started), "a second"),
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        address = sys.argv[1] if len(sys.argv) > 1 else f"sqlite://{folder}/trail.db"
        for what, value, unit in asyncio.run(figures(address)):
            print(f"{what:60} {value:10.1f} {unit}")
