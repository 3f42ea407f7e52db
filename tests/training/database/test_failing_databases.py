"""Databases that are full, restarted or not there: every failure has a name, and passes when its cause does."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from tortoise.exceptions import DBConnectionError, OperationalError

from tests import shortcuts
from tests.training.database.jars import add_jar_and_lid, jars, pantry
from tests.training.databases import POSTGRES, TRAIL, emptied, told
from training.database.connection import connection, opened, transaction
from training.database.engine_sqlite import PRAGMAS

NORMAL, FULL = 1, 2


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with pantry(tmp_path) as address:
        yield address


@pytest.mark.skipif(POSTGRES, reason="a file is SQLite's")
async def test_sqlite_writes_ahead_waits_for_the_disk_and_checks_foreign_keys(url: str) -> None:
    pragmas = ("journal_mode", "foreign_keys", "busy_timeout")
    found = [next(iter((await connection().execute_query(f"PRAGMA {name}"))[1][0])) for name in pragmas]
    assert found == ["wal", 1, 10_000] and shortcuts.DURABLE == "FULL"


@pytest.mark.skipif(POSTGRES, reason="a file is SQLite's")
@pytest.mark.parametrize("busy", [False, True])
async def test_only_launches_do_not_wait_for_the_disk(tmp_path: Path, busy: bool) -> None:
    path, during = tmp_path / "durable.db", []
    with patch.dict(PRAGMAS, synchronous=shortcuts.DURABLE):
        async with opened(f"sqlite://{path}", apps=TRAIL):
            await connection().execute_query("CREATE TABLE jar (id INT)")
            assert await synchronous() == FULL
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                if busy:  # another program holds the lock: the launch waits for it in a thread
                    other.execute("BEGIN IMMEDIATE")
                    asyncio.get_running_loop().call_later(0.1, other.rollback)
                await connection().at_once(lambda raw: during.append(raw.execute("PRAGMA synchronous").fetchone()[0]))
            with pytest.raises(OperationalError):
                await connection().at_once(lambda raw: raw.execute("INSERT INTO nowhere VALUES (1)"))
            async with transaction():
                assert await synchronous() == FULL
    assert during == [NORMAL]


async def synchronous() -> int:
    return next(iter((await connection().execute_query("PRAGMA synchronous"))[1][0]))


@pytest.mark.skipif(POSTGRES, reason="a full disk is the server's affair")
async def test_a_full_disk_refuses_writing_and_neither_reading_nor_writing_later(url: str) -> None:
    pages = (await connection().execute_query_dict("PRAGMA page_count"))[0]["page_count"]
    await connection().execute_query(f"PRAGMA max_page_count = {pages}")
    for _ in range(3):
        with pytest.raises(OperationalError, match="full"):
            async with transaction():
                await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
                await connection().execute_query("CREATE TABLE big AS SELECT hex(zeroblob(100000)) AS junk")
        assert await jars() == 1
    await connection().execute_query("PRAGMA max_page_count = 1000000")
    await add_jar_and_lid(8)
    assert await jars() == 2
    assert (await connection().execute_query_dict("PRAGMA integrity_check"))[0]["integrity_check"] == "ok"


@pytest.mark.skipif(not POSTGRES, reason="only PostgreSQL is a server")
async def test_connections_that_the_server_ended_are_replaced(url: str) -> None:
    await jars()
    await told(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database()",
    )
    with suppress(DBConnectionError):
        await jars()
    assert await jars() == 1


@pytest.mark.skipif(not POSTGRES, reason="only PostgreSQL is a server")
async def test_a_server_that_ends_the_connection_within_a_transaction_is_reported_as_not_answering(url: str) -> None:
    with pytest.raises(DBConnectionError):
        async with transaction():
            await told(
                url,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()",
            )
            await connection().execute_query("INSERT INTO jar VALUES (7, 7)")
    assert await jars() == 1


async def test_a_database_that_is_not_there_is_noticed_at_the_start(tmp_path: Path) -> None:
    nowhere = "postgres://postgres@127.0.0.1:1/none" if POSTGRES else f"sqlite://{tmp_path}/no/folder/x.db"
    with pytest.raises((DBConnectionError, OperationalError)):
        async with opened(nowhere, apps=TRAIL):
            pass
    async with emptied(tmp_path) as address, opened(address, apps=TRAIL):
        assert connection() is not None
