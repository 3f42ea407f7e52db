"""A small database of jars and lids, for tests of transactions: each jar but the first has a lid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.training.databases import TRAIL, emptied
from training.database.connection import connection, opened, transaction


@asynccontextmanager
async def pantry(folder: Path) -> AsyncIterator[str]:
    """Opens a database with one jar; a lid without a jar is noticed at COMMIT only."""
    async with emptied(folder) as address, opened(address, apps=TRAIL):
        await connection().execute_script(
            "CREATE TABLE jar (id INTEGER PRIMARY KEY, sweets INTEGER NOT NULL);"
            "CREATE TABLE lid (jar_id INTEGER NOT NULL REFERENCES jar (id) DEFERRABLE INITIALLY DEFERRED);"
            "INSERT INTO jar VALUES (1, 0);"
        )
        yield address


async def jars() -> int:
    return int((await connection().execute_query_dict("SELECT count(*) AS n FROM jar"))[0]["n"])


async def add_jar_and_lid(number: int, inner: bool = False) -> None:
    async with transaction():
        await connection().execute_query(f"INSERT INTO jar VALUES ({number}, 0)")
        if inner:
            async with transaction():
                await connection().execute_query(f"UPDATE jar SET sweets = 1 WHERE id = {number}")
        await connection().execute_query(f"INSERT INTO lid VALUES ({number})")
