"""Short transactions of SQLite: what they write is copied from the log into the database beside them."""

import asyncio
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.training.database.jars import pantry
from tests.training.databases import POSTGRES
from training.database.connection import connection
from training.database.engine_sqlite import SafeSqliteClient
from training.database.sqlite_checkpointing import COPIED_EVERY

pytestmark = pytest.mark.skipif(POSTGRES, reason="a log of its own is SQLite's")


async def test_after_many_of_them_the_database_holds_what_they_wrote_without_its_log(tmp_path: Path) -> None:
    async with pantry(tmp_path) as address:
        await _fill(COPIED_EVERY)
        async with asyncio.timeout(10):
            while _jars_without_log(_file(address)) < COPIED_EVERY:
                await asyncio.sleep(0.02)


async def test_a_database_that_is_closed_while_its_log_is_copied_holds_everything(tmp_path: Path) -> None:
    async with pantry(tmp_path) as address:
        await _fill(COPIED_EVERY)
    with closing(sqlite3.connect(_file(address))) as raw:
        assert raw.execute("SELECT count(*) FROM jar").fetchone()[0] > COPIED_EVERY
        assert raw.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def _file(address: str) -> Path:
    return Path(address.removeprefix("sqlite://"))


async def _fill(count: int) -> None:
    client = connection()
    assert isinstance(client, SafeSqliteClient)
    for number in range(count):
        await client.at_once(lambda raw, number=number: raw.execute("INSERT INTO jar VALUES (?, 1)", (number + 100,)))


def _jars_without_log(file: Path) -> int:
    alone = shutil.copy(file, file.with_suffix(".alone"))
    with closing(sqlite3.connect(alone)) as raw, suppress(sqlite3.Error):  # copied before the table, or in between
        return int(raw.execute("SELECT count(*) FROM jar").fetchone()[0])
    return 0
