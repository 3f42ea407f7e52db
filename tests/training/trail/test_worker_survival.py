"""Workers that are slow, stopped, killed or many: nothing is lost, and timers run once."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.today import true_clock
from tests.training.databases import POSTGRES, TRAIL, emptied, made
from tests.training.toil import NOW, World, only, queue
from training.database.connection import transaction
from training.trail import facts
from training.trail.models import Followup
from training.trail.worker import Worker

__all__ = ["true_clock"]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with emptied(tmp_path) as address, made(address, TRAIL):
        yield address


async def test_work_whose_worker_vanished_is_taken_over_when_its_lease_is_over(url: str) -> None:
    world = World()
    await queue("a")
    await Followup.all().update(state="running", lease=uuid4(), lease_until=NOW + timedelta(seconds=60), attempts=1)
    assert await world.worker().work_once() == 0
    world.time += timedelta(seconds=61)
    assert await world.worker().work_once() == 1
    assert (await only()).attempts == 2


async def test_work_that_kills_its_worker_each_time_is_given_up(url: str) -> None:
    assert await _ended_after_a_vanished_worker(faults=7) == ([], "refused")


async def test_work_that_waited_long_for_others_survives_a_worker_that_vanishes(url: str) -> None:
    assert await _ended_after_a_vanished_worker(attempts=30) == (["a"], "done")


async def _ended_after_a_vanished_worker(**before: int) -> tuple[list[str], str]:
    world = World()
    await queue("a")
    await Followup.all().update(state="running", lease=uuid4(), lease_until=NOW, **before)
    world.time += timedelta(seconds=1)
    await world.worker().work_once()
    return world.done, (await only()).state


async def test_a_worker_that_lost_its_lease_does_not_end_the_work_of_the_next(url: str) -> None:
    other = uuid4()

    async def slow(work: Followup, outside: str) -> None:
        await Followup.filter(id=work.id).update(lease=other)

    await queue("a")
    await Worker({"greet": slow}, "", now=lambda: NOW).work_once()
    row = await only()
    assert (row.state, row.lease) == ("running", other)


async def test_long_work_holds_up_nobody_else(url: str) -> None:
    may_end, done = asyncio.Event(), []

    async def greet(work: Followup, outside: str) -> None:
        if work.key == "long":
            await may_end.wait()
        done.append(work.key)

    await queue("long", datetime.now(UTC))
    task = asyncio.create_task(Worker({"greet": greet}, "", batch=4, poll_seconds=0.05).work_once())
    await asyncio.sleep(0.1)
    for number in range(20):
        await queue(str(number), datetime.now(UTC))
    async with asyncio.timeout(5):
        while len(done) < 20:
            await asyncio.sleep(0.01)
    may_end.set()
    assert await task == 21


async def test_long_work_keeps_its_lease(url: str) -> None:
    async def slow(work: Followup, outside: str) -> None:
        await asyncio.sleep(0.5)

    await queue("a", datetime.now(UTC))
    worker = Worker({"greet": slow}, "", lease=timedelta(seconds=0.15))
    first = asyncio.create_task(worker.work_once())
    await asyncio.sleep(0.3)
    assert await worker.work_once() == 0, "the lease ran out though the worker lives"
    assert await first == 1


async def test_a_worker_that_is_stopped_hands_its_work_back_at_once(url: str) -> None:
    started = asyncio.Event()

    async def hang(work: Followup, outside: str) -> None:
        started.set()
        await asyncio.sleep(60)

    await queue("a")
    task = asyncio.create_task(Worker({"greet": hang}, "", now=lambda: NOW).work_once())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    row = await only()
    assert (row.state, row.lease) == ("queued", None)


async def test_queued_work_wakes_a_sleeping_worker(url: str) -> None:
    world = World()
    task = asyncio.create_task(world.worker(poll_seconds=60).work_forever())
    await asyncio.sleep(0.3)
    await queue("a")
    async with asyncio.timeout(2):
        while not world.done:
            await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.skipif(not POSTGRES, reason="SQLite has one process only")
async def test_work_queued_by_another_process_wakes_a_sleeping_worker(url: str) -> None:
    world = World()
    task = asyncio.create_task(world.worker(poll_seconds=60).work_forever())
    await asyncio.sleep(0.3)
    facts.wakers.clear()  # as if it slept in another process
    await queue("a")
    async with asyncio.timeout(2):
        while not world.done:
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])


async def test_a_repeated_job_runs_once_in_each_interval(url: str) -> None:
    world = World()
    worker = world.worker(repeats={"greet": timedelta(hours=1)})
    for minutes in (0, 20, 20, 20, 60, 180):
        world.time += timedelta(minutes=minutes)
        await worker.work_once()
    assert world.done == [f"greet@2026-11-25T{hour}:00:00Z" for hour in ("10", "11", "12", "15")]


async def test_two_workers_never_run_one_timer_twice(url: str) -> None:
    worlds = [World() for _ in range(4)]
    hours = [NOW + timedelta(hours=n) for n in range(30)]
    for hour in hours:
        for world in worlds:
            world.time = hour
        await asyncio.gather(*(w.worker(repeats={"greet": timedelta(hours=1)}).work_once() for w in worlds))
    runs = Counter(key for world in worlds for key in world.done)
    assert len(runs) == 30
    assert set(runs.values()) == {1}


def start(url: str, path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.training.working_process", url, str(path)])


async def test_processes_killed_in_the_middle_of_a_batch_lose_nothing(url: str, tmp_path: Path) -> None:
    path, keys = tmp_path / "done", [f"piece {n}" for n in range(300)]
    path.touch()
    now = datetime.now(UTC)
    async with transaction():
        await Followup.bulk_create([Followup(kind="note", key=key, due=now, payload={}) for key in keys])
    for kill in range(7):
        noted = len(path.read_text().splitlines())
        processes = [start(url, path) for _ in range(2 if POSTGRES else 1)]
        async with asyncio.timeout(40):
            while await Followup.exclude(state="done").exists() if kill == 6 else working(path, noted):
                await asyncio.sleep(0.01)
        for process in processes:
            process.kill()
            process.wait()
    done = Counter(line for line in path.read_text().splitlines() if line != "up")
    assert set(done) == set(keys)
    assert await Followup.filter(attempts__gt=1).exists(), "nobody was killed in the middle of a batch"
    assert await Followup.filter(state="done").count() == len(keys)


def working(path: Path, noted: int) -> bool:
    return len(path.read_text().splitlines()) < noted + 20


@pytest.mark.skipif(not POSTGRES, reason="SQLite has one process only")
async def test_two_processes_share_the_work_and_do_each_piece_once(url: str, tmp_path: Path) -> None:
    path = tmp_path / "done"
    processes = [start(url, path) for _ in range(2)]
    now = datetime.now(UTC)
    async with transaction():
        await Followup.bulk_create([Followup(kind="note", key=str(n), due=now, payload={}) for n in range(400)])
    async with asyncio.timeout(30):
        while await Followup.exclude(state="done").exists():
            await asyncio.sleep(0.05)
    for process in processes:
        process.kill()
        process.wait()
    done = Counter(line for line in path.read_text().splitlines() if line != "up")
    assert len(done) == 400
    assert set(done.values()) == {1}
