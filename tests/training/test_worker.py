"""Follow-up work: done at least once whatever happens, tried again with sense, timers run by one worker only."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.training.databases import POSTGRES, TRAIL, emptied
from training import facts
from training.database.opening import opened, transaction
from training.errors import Conflict, Invalid, NotFound, Upstream
from training.facts import Followup
from training.worker import Worker

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with emptied(tmp_path) as address, opened(address, create=True, apps=TRAIL):
        yield address


class World:
    """A clock that is moved by hand, and handlers that note what they were asked to do."""

    def __init__(self) -> None:
        self.time = NOW
        self.done: list[str] = []
        self.trouble: Exception | None = None

    async def greet(self, work: Followup, outside: str) -> None:
        self.done.append(work.key)
        if self.trouble:
            raise self.trouble

    def worker(self, **more: object) -> Worker[str]:
        given = {"now": lambda: self.time, "chance": lambda: 0.5} | more
        return Worker({"greet": self.greet}, "outside", **given)  # type: ignore[arg-type]


async def queue(key: str, due: datetime = NOW) -> None:
    async with transaction():
        await facts.schedule("greet", key, due=due)


async def only() -> Followup:
    return await Followup.get()


async def test_work_that_is_due_is_done_once(url: str) -> None:
    world = World()
    await queue("a")
    await queue("later", NOW + timedelta(seconds=1))
    assert await world.worker().work_once() == 1
    assert await world.worker().work_once() == 0
    assert world.done == ["a"]
    row = await Followup.get(key="a")
    assert (row.state, row.attempts, row.ended, row.lease) == ("done", 1, NOW, None)


async def test_a_key_is_queued_once(url: str) -> None:
    await queue("a")
    await queue("a")
    assert await Followup.all().count() == 1


async def test_an_upstream_that_fails_is_tried_again_with_growing_pauses(url: str) -> None:
    world = World()
    world.trouble = Upstream("The LMS does not answer.")
    await queue("a")
    pauses = []
    for _ in range(14):
        await world.worker().work_once()
        row = await only()
        pauses.append((row.due - world.time).total_seconds())
        world.time = row.due
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600, 3600]
    assert (row.state, row.last_error) == ("queued", "The LMS does not answer.")
    world.trouble = None
    await world.worker().work_once()
    assert (await only()).state == "done"


async def test_pauses_are_spread_so_that_not_all_come_back_at_once(url: str) -> None:
    world = World()
    world.trouble = Upstream("The LMS does not answer.")
    for chance, pause in ((0.0, 2.5), (0.999, 7.495)):
        await queue(f"at {chance}")
        await world.worker(chance=lambda chance=chance: chance).work_once()
        assert ((await Followup.get(key=f"at {chance}")).due - NOW).total_seconds() == pause


async def test_what_the_upstream_wishes_is_obeyed(url: str) -> None:
    world = World()
    world.trouble = Upstream("Too many requests.", retry_after=777)
    await queue("a")
    await world.worker().work_once()
    assert (await only()).due == NOW + timedelta(seconds=777)


async def test_an_upstream_is_given_up_after_72_hours_and_the_row_kept(url: str) -> None:
    world = World()
    world.trouble = Upstream("The LMS does not answer.")
    await queue("a")
    await world.worker().work_once()
    world.time = NOW + timedelta(hours=71, minutes=59)
    await world.worker().work_once()
    assert (await only()).state == "queued"
    world.time = NOW + timedelta(hours=73)
    await world.worker().work_once()
    row = await only()
    assert (row.state, row.last_error, row.ended) == ("dead", "The LMS does not answer.", world.time)


async def test_other_troubles_are_refused_with_their_reason(url: str) -> None:
    world = World()
    world.trouble = Invalid("The line item is gone.")
    await queue("a")
    await world.worker().work_once()
    row = await only()
    assert (row.state, row.last_error, row.attempts) == ("refused", "The line item is gone.", 1)
    world.time += timedelta(days=9)
    assert await world.worker().work_once() == 0


async def test_what_nobody_foresaw_is_tried_eight_times_and_then_dead(url: str) -> None:
    world = World()
    world.trouble = KeyError("oh")
    await queue("a")
    for _ in range(10):
        await world.worker().work_once()
        world.time += timedelta(hours=2)
    row = await only()
    assert (row.state, row.attempts, row.last_error) == ("dead", 8, "KeyError: 'oh'")


async def test_work_that_nobody_knows_waits_for_somebody_who_does(url: str) -> None:
    world = World()
    async with transaction():
        await facts.schedule("unheard of", "x", due=NOW)
    await world.worker().work_once()
    row = await only()
    assert row.state == "queued"
    assert "unheard of" in row.last_error


async def test_work_that_takes_too_long_is_stopped_and_tried_again(url: str) -> None:
    async def hang(work: Followup, outside: str) -> None:
        await asyncio.sleep(60)

    await queue("a")
    await Worker({"greet": hang}, "", now=lambda: NOW, handler_seconds=0.05).work_once()
    assert (await only()).state == "queued"


@pytest.mark.parametrize("state", ["refused", "dead", "done", "queued"])
async def test_what_ended_or_waits_can_be_sent_again(url: str, state: str) -> None:
    world = World()
    await queue("a", NOW + timedelta(days=1))
    row = await only()
    await Followup.filter(id=row.id).update(state=state, attempts=8)
    await facts.send_again(row.id, now=NOW)
    await world.worker().work_once()
    row = await only()
    assert (world.done, row.state, row.attempts) == (["a"], "done", 1)


async def test_what_is_being_sent_cannot_be_sent_again(url: str) -> None:
    await queue("a")
    row = await only()
    await Followup.filter(id=row.id).update(state="running")
    with pytest.raises(Conflict):
        await facts.send_again(row.id, now=NOW)
    with pytest.raises(NotFound):
        await facts.send_again(uuid4(), now=NOW)


async def test_work_whose_worker_vanished_is_taken_over_when_its_lease_is_over(url: str) -> None:
    world = World()
    await queue("a")
    await Followup.all().update(state="running", lease=uuid4(), lease_until=NOW + timedelta(seconds=60), attempts=1)
    assert await world.worker().work_once() == 0
    world.time += timedelta(seconds=61)
    assert await world.worker().work_once() == 1
    assert (await only()).attempts == 2


async def test_work_that_kills_its_worker_each_time_is_given_up(url: str) -> None:
    world = World()
    await queue("a")
    await Followup.all().update(state="running", lease=uuid4(), lease_until=NOW, attempts=8)
    world.time += timedelta(seconds=1)
    await world.worker().work_once()
    assert (world.done, (await only()).state) == ([], "refused")


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
