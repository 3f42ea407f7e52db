"""Follow-up work: done once when due, tried again with sense, ended with a reason, sent again on request."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from tortoise.exceptions import DBConnectionError, OperationalError

from tests.training.databases import TRAIL, emptied, made
from tests.training.toil import NOW, World, only, queue
from training.core.errors import Conflict, Invalid, NotFound, Upstream
from training.database.connection import connection, transaction
from training.trail import facts
from training.trail.models import Followup
from training.trail.worker import Lane, Worker


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with emptied(tmp_path) as address, made(address, TRAIL):
        yield address


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


async def test_a_database_that_fails_for_a_moment_does_not_loosen_the_hold_on_running_work(url: str) -> None:
    begun: list[str] = []

    async def stumble(work: Followup, outside: str) -> None:
        begun.append(work.key)
        await connection().execute_query("ALTER TABLE trail_followup RENAME TO trail_followup_away")
        await asyncio.sleep(0.2)
        await connection().execute_query("ALTER TABLE trail_followup_away RENAME TO trail_followup")
        await asyncio.sleep(0.5)
        assert await worker.work_once() == 0, "another worker could take it over"

    await queue("a")
    worker = Worker({"greet": stumble}, "", batch=1, lease=timedelta(seconds=0.4))
    assert await worker.work_once() == 1
    assert (begun, (await only()).state) == (["a"], "done")


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


@pytest.mark.parametrize(
    "trouble",
    [OSError(28, "No space left on device"), OperationalError("disk I/O error"), DBConnectionError("does not answer")],
)
async def test_a_fault_of_the_house_waits_as_long_as_the_silence_of_others(url: str, trouble: Exception) -> None:
    world = World()
    world.trouble = trouble
    await queue("a")
    for _ in range(70):
        await world.worker().work_once()
        world.time += timedelta(hours=1)
    row = await only()
    assert (row.state, row.faults) == ("queued", 0) and str(trouble) in row.last_error
    world.trouble = None
    world.time += timedelta(hours=1)
    await world.worker().work_once()
    assert (await only()).state == "done"


async def test_a_fault_of_the_house_that_nobody_mends_is_dead_after_72_hours_and_can_be_sent_again(url: str) -> None:
    world = World()
    world.trouble = OSError(30, "Read-only file system")
    await queue("a")
    for hours in (0, 73):
        world.time = NOW + timedelta(hours=hours)
        await world.worker().work_once()
    row = await only()
    assert (row.state, "Read-only" in row.last_error) == ("dead", True)
    world.trouble = None
    await facts.send_again(row.id, now=world.time)
    await world.worker().work_once()
    assert (await only()).state == "done"


async def test_urgent_work_waits_for_no_night_work_and_a_full_lane_for_no_other(url: str) -> None:
    may_end, done = asyncio.Event(), []

    async def slow(work: Followup, outside: str) -> None:
        await may_end.wait()

    async def quick(work: Followup, outside: str) -> None:
        done.append(work.key)

    kinds = {"night": slow, "lms": slow, "urgent": quick, "greet": quick}
    apart = (Lane(frozenset({"urgent"})), Lane(frozenset({"lms"}), width=2), Lane(frozenset({"night"})))
    worker = Worker(kinds, "", apart=apart, batch=4, poll_seconds=0.05)
    now = datetime.now(UTC)
    for kind in ("night", "lms"):
        for number in range(100):
            await facts.schedule(kind, f"{kind} {number}", due=now - timedelta(hours=1))
    working = asyncio.create_task(worker.work_forever())
    await asyncio.sleep(0.3)
    await facts.schedule("urgent", "link", due=now)
    await facts.schedule("greet", "hello", due=now)
    async with asyncio.timeout(2):
        while len(done) < 2:
            await asyncio.sleep(0.01)
    assert sorted(done) == ["hello", "link"]
    begun = [await Followup.filter(state="running", kind=kind).count() for kind in ("night", "lms")]
    assert begun == [4, 2], "of a narrow lane less is done side by side"
    working.cancel()
    await asyncio.wait([working])
    assert await Followup.filter(state="queued", kind="night").count() == 100, "what was begun is handed back"


async def test_one_subject_that_takes_long_has_few_turns_and_holds_up_no_other_of_its_lane(url: str) -> None:
    may_end, done, begun = asyncio.Event(), [], []

    async def tell(work: Followup, outside: str) -> None:
        if work.subject_id == "slow":
            begun.append(work.key)
            await may_end.wait()
        done.append(work.key)

    early = datetime.now(UTC) - timedelta(hours=1)
    for number in range(40):
        await facts.schedule("tell", f"slow {number}", due=early, subject_id="slow")
    for number in range(5):
        await facts.schedule("tell", f"quick {number}", due=early + timedelta(minutes=1), subject_id="quick")
    worker = Worker({"tell": tell}, "", apart=(Lane(frozenset({"tell"}), each=2),), batch=8, poll_seconds=0.05)
    task = asyncio.create_task(worker.work_once())
    async with asyncio.timeout(5):
        while len(done) < 5:
            await asyncio.sleep(0.01)
    assert done == [f"quick {number}" for number in range(5)] and len(begun) == 2
    may_end.set()
    assert await task == 45 and len(done) == 45


async def test_long_work_does_not_keep_the_rest_of_its_lane_waiting(url: str) -> None:
    may_end, done = asyncio.Event(), []

    async def greet(work: Followup, outside: str) -> None:
        await may_end.wait() if work.key.startswith("long") else done.append(work.key)

    for number in range(3):
        await queue(f"long {number}", datetime.now(UTC))
    task = asyncio.create_task(Worker({"greet": greet}, "", batch=4, poll_seconds=0.05).work_once())
    await asyncio.sleep(0.1)
    for number in range(5):
        await queue(str(number), datetime.now(UTC))
    async with asyncio.timeout(5):
        while len(done) < 5:
            await asyncio.sleep(0.01)
    may_end.set()
    assert await task == 8
