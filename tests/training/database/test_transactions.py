"""Transactions: cancelled at any moment, failing at COMMIT, meeting others; on either database."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from tests.training.database.jars import add_jar_and_lid, jars, pantry
from tests.training.databases import POSTGRES
from training.database.connection import connection, inside_transaction, transaction
from training.database.transactions import shielded


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with pantry(tmp_path) as address:
        yield address


async def cancelled_after(work: asyncio.Task[None], *, seconds: float = 0, turns: int = 0) -> None:
    """Cancels the task after so many seconds, or turns of the loop, and waits for its end."""
    if seconds:
        await asyncio.sleep(seconds)
    for _ in range(turns):
        await asyncio.sleep(0)
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def assert_all_is_well(before: tuple[int, int]) -> None:
    started = time.monotonic()
    async with asyncio.timeout(1), transaction():
        await connection().execute_query("UPDATE jar SET sweets = sweets + 1 WHERE id = 1")
    assert time.monotonic() - started < 1
    assert not inside_transaction()
    assert pool() == before
    lids = (await connection().execute_query_dict("SELECT count(*) AS n FROM lid"))[0]["n"]
    assert lids == await jars() - 1, "a transaction was stored by half"


def pool() -> tuple[int, int]:
    """Tells how many connections there are, and how many of them are idle."""
    client = connection()
    return (client._pool.get_size(), client._pool.get_idle_size()) if POSTGRES else (1, int(not client._lock.locked()))


@pytest.mark.parametrize("inner", [False, True])
async def test_a_task_cancelled_at_any_turn_of_the_loop_leaves_nothing_behind(url: str, inner: bool) -> None:
    await add_jar_and_lid(2)
    before = pool()
    for number in range(200):
        work = asyncio.create_task(add_jar_and_lid(100 + number, inner))
        await cancelled_after(work, turns=number % 40)
        await assert_all_is_well(before)


async def test_a_task_cancelled_at_any_moment_leaves_nothing_behind(url: str) -> None:
    await add_jar_and_lid(2)
    before = pool()
    started = time.monotonic()
    await add_jar_and_lid(3)
    span = (time.monotonic() - started) * 1.2
    for number in range(300):
        work = asyncio.create_task(add_jar_and_lid(100 + number))
        await cancelled_after(work, seconds=span * number / 300)
        await assert_all_is_well(before)
    assert 10 < await jars() < 300, "the cancels were not spread over the transaction"


async def test_many_tasks_cancelled_together_while_they_queue_leave_nothing_behind(url: str) -> None:
    for batch in range(20):
        works = [asyncio.create_task(add_jar_and_lid(1000 + batch * 30 + n)) for n in range(30)]
        await asyncio.sleep(0.0004 * batch)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        size, idle = pool()
        assert size == idle
        await assert_all_is_well((size, idle))


async def test_a_statement_for_many_rows_that_is_cancelled_stores_all_or_nothing(url: str) -> None:
    mark = "${}" if POSTGRES else "?"
    sql = f"INSERT INTO jar VALUES ({mark.format(1)}, {mark.format(2)})"
    for number in range(100):
        rows = [[1000 + number * 50 + n, 0] for n in range(50)]
        work = asyncio.create_task(connection().execute_many(sql, rows))
        await cancelled_after(work, turns=number % 25)
    async with asyncio.timeout(1):
        assert (await jars() - 1) % 50 == 0


async def test_a_commit_that_failed_stays_failed(url: str) -> None:
    with pytest.raises(IntegrityError):
        async with transaction():
            await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
            await connection().execute_query("INSERT INTO lid VALUES (99)")
    async with transaction():
        await connection().execute_query("INSERT INTO jar VALUES (8, 8)")
    rows = await connection().execute_query_dict("SELECT id FROM jar ORDER BY id")
    assert [row["id"] for row in rows] == [1, 8]


async def test_a_commit_that_failed_is_undone_before_anything_else_is_done(url: str) -> None:
    """Also when no transaction follows: what is read or written next would see, and keep, what was refused."""
    with pytest.raises(IntegrityError):
        async with transaction():
            await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
            await connection().execute_query("INSERT INTO lid VALUES (99)")
    assert await jars() == 1
    await connection().execute_query("INSERT INTO jar VALUES (8, 8)")
    assert await jars() == 2


async def test_an_error_inside_undoes_the_transaction_and_reaches_the_caller(url: str) -> None:
    with pytest.raises(KeyError):
        async with transaction():
            await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
            raise KeyError
    assert await jars() == 1


async def test_an_inner_transaction_may_fail_alone(url: str) -> None:
    async with transaction():
        await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
        with suppress(KeyError):
            async with transaction():
                await connection().execute_query("INSERT INTO jar VALUES (8, 8)")
                raise KeyError
    assert await jars() == 2


async def test_a_failed_statement_leaves_the_next_transaction_alone(url: str) -> None:
    with pytest.raises(OperationalError):
        async with transaction():
            await connection().execute_query("SELECT nothing FROM nowhere")
    assert not inside_transaction()
    assert await jars() == 1


async def test_tasks_that_read_and_then_write_wait_for_each_other(url: str) -> None:
    lock = " FOR UPDATE" if POSTGRES else ""

    async def add_one() -> None:
        async with transaction():
            row = (await connection().execute_query_dict(f"SELECT sweets FROM jar WHERE id = 1{lock}"))[0]
            await asyncio.sleep(0)
            await connection().execute_query(f"UPDATE jar SET sweets = {row['sweets'] + 1} WHERE id = 1")

    await asyncio.gather(*(add_one() for _ in range(50)))
    assert (await connection().execute_query_dict("SELECT sweets FROM jar WHERE id = 1"))[0]["sweets"] == 50


@pytest.mark.skipif(POSTGRES, reason="only SQLite locks the whole file")
async def test_a_process_beside_ours_never_makes_reading_and_then_writing_fail(url: str) -> None:
    beside = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)\n"
        "for _ in range(200):\n"
        "    db.execute('BEGIN IMMEDIATE'); db.execute('UPDATE jar SET sweets = sweets + 1'); db.execute('COMMIT')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", beside, url.removeprefix("sqlite://")])
    for _ in range(200):
        async with transaction():
            row = (await connection().execute_query_dict("SELECT sweets FROM jar WHERE id = 1"))[0]
            await connection().execute_query(f"UPDATE jar SET sweets = {row['sweets'] + 1} WHERE id = 1")
    assert await asyncio.to_thread(process.wait) == 0
    assert (await connection().execute_query_dict("SELECT sweets FROM jar WHERE id = 1"))[0]["sweets"] == 400


async def test_work_that_settles_ends_before_the_cancellation_is_let_through() -> None:
    done: list[str] = []

    async def slow() -> None:
        await asyncio.sleep(0.02)
        done.append("done")

    task = asyncio.create_task(shielded(slow()))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["done"]


def test_sqlite_is_new_enough() -> None:
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING came with 3.35"
