"""Pages and work in the background share one loop and, on SQLite, one connection: pages have the first turn."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.copies import SERVER
from tests.training.imports.handing_in import csv_of, do, hand_in
from training.app.own_tasks import lists
from training.app.tasks import tasks_of
from training.database.connection import connection
from training.demo.cast import known
from training.people.actor import Actor
from training.trail import facts
from training.trail.models import Followup
from training.trail.worker import Worker

SIDE_BY_SIDE = 16
BUSY_SECONDS = 0.001


@pytest.mark.skipif(bool(SERVER), reason="on PostgreSQL the work is done by a process of its own")
async def test_a_page_waits_for_few_turns_of_the_background_and_never_stops_it(
    browse: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    turns = [0]

    async def toil(work: Followup, outside: str) -> None:
        while True:
            await connection().execute_query("SELECT 1")
            turns[0] += 1
            until = time.perf_counter() + BUSY_SECONDS
            while time.perf_counter() < until:
                pass  # works with what it has read

    dara = await browse("dara")
    await dara.get("/")
    with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
        await dara.get("/")
        asked = len(caplog.records)
    for number in range(SIDE_BY_SIDE):
        await facts.schedule("toil", f"{number}", due=datetime.now(UTC) - timedelta(hours=1))
    working = asyncio.create_task(Worker({"toil": toil}, "", batch=SIDE_BY_SIDE).work_forever())
    while turns[0] < 2 * SIDE_BY_SIDE:
        await asyncio.sleep(0.01)
    before = turns[0]
    await dara.get("/")
    meanwhile = turns[0] - before
    working.cancel()
    await asyncio.wait([working])
    assert 0 < meanwhile < SIDE_BY_SIDE / 2 * asked, f"{meanwhile} turns while a page asked {asked} times"


async def test_whoever_imports_has_their_tasks_counted_once_for_many_rows(
    growing: None, browse: Callable, work: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[Actor] = []

    async def noted(me: Actor, *, now: datetime) -> list:
        counted.append(me)
        return await tasks_of(me, now=now)

    dara = await browse("dara")
    rows = [f"Person {at},person{at}@new.example,trainee,RIV,2025-04-03" for at in range(40)]
    batch = await hand_in(dara, csv_of("Name,Email,Role,Site,Starts", *rows), "people")
    await work()
    await do(dara, batch, "begin")
    monkeypatch.setattr(lists, "tasks_of", noted)
    await work()
    times = [one.person_id for one in counted].count(known("dara"))
    assert 0 < times <= 40 / 4, f"{times} times for 40 rows"
