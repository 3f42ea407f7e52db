"""The SQLite engine: one connection, write lock taken at BEGIN, nothing left open by a failed COMMIT."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import aiosqlite
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.fields import data as tortoise_fields

from training.database.connection_turns import ConnectionTurns
from training.database.sqlite_checkpointing import BUSY_MILLISECONDS, Copying, begun_and_whole, begun_at_once, whole
from training.database.transactions import ShieldedSavepoint, ShieldedTransaction, shielded

# SQLite keeps moments as text. Tortoise's own parser is Python code and takes ten times as long for the same texts.
tortoise_fields.parse_datetime = datetime.fromisoformat  # type: ignore[attr-defined]

T = TypeVar("T")

SERIALIZED = sqlite3.threadsafety == 3
"""Whether SQLite lets two threads use one connection in turn, as it nearly always is built."""

PRAGMAS = {
    "journal_mode": "WAL",
    # What is acknowledged is on the disk: with NORMAL a power cut could take a decision back whose mail has left.
    "synchronous": "FULL",
    "busy_timeout": BUSY_MILLISECONDS,  # for commands that run beside the service
    "foreign_keys": "ON",
    "cache_size": -32_768,  # KiB when negative
    # Launches write the same pages again and again: copied into the database seldom, and the log's file kept as it is,
    # they cost a fifth less. This is for whatever the thread that copies does not get to.
    "wal_autocheckpoint": 15_000,  # pages
    "journal_size_limit": 64_000_000,  # bytes
}


WAITS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between tries: of two that switch a new file to WAL at once, SQLite refuses one without waiting."""


class SafeSqliteClient(SqliteClient):
    """The client outside transactions; each statement is its own transaction."""

    def __init__(self, file_path: str, **more: Any) -> None:
        super().__init__(file_path, **(PRAGMAS | more))
        self._lock = ConnectionTurns()
        self._copying = Copying(file_path)

    async def create_connection(self, with_db: bool) -> None:
        """Connects and sets every pragma, or does not connect."""
        try:
            if self._connection is None:
                # Tried here first: a failing aiosqlite leaves a thread that complains after the loop has closed.
                sqlite3.connect(self.filename).close()
                await shielded(self._connect())
        except sqlite3.Error as error:
            raise OperationalError(f"{self.filename}: {error}") from error

    async def _connect(self) -> None:
        # As Tortoise does it, but usable from the loop's thread as well.
        self._connection = await aiosqlite.connect(
            self.filename, isolation_level=None, check_same_thread=not SERIALIZED
        )
        self._connection._conn.row_factory = sqlite3.Row
        for name, value in self.pragmas.items():
            await self._set(self._connection, f"PRAGMA {name}={value}")
        await self._post_connect()

    async def _set(self, connection: aiosqlite.Connection, pragma: str) -> None:
        for wait in (*WAITS, None):
            try:
                await connection.execute_fetchall(pragma)
                return
            except sqlite3.OperationalError as error:
                if wait is None or "locked" not in str(error):
                    raise
                await asyncio.sleep(wait)

    async def close(self) -> None:
        """Closes the connection when nobody copies its log any more."""
        await self._copying.ended()
        await super().close()

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransaction(SafeSqliteTransactionClient(self), self)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        """Runs one statement for many rows, all or none."""
        async with self._in_transaction() as inner:
            await inner.execute_many(query, values)

    async def at_once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs a short transaction right here, for hot paths: the way to the connection's own thread costs more.

        Where another program holds the lock, it is waited for over there, so that the loop goes on. The work may roll
        back by itself; whatever it raises rolls back too. It does not wait for the disk: a power cut takes back the
        last of it, a launch that is then begun again; the next transaction takes what was before along to the disk.
        """
        async with self.acquire_connection() as connection:
            raw = connection._conn
            self._copying.note_one()
            try:
                if SERIALIZED and begun_at_once(raw):
                    return whole(raw, work)
                return await shielded(connection._execute(begun_and_whole, raw, work))
            except sqlite3.IntegrityError as error:
                raise IntegrityError(error) from error
            except sqlite3.OperationalError as error:
                raise OperationalError(error) from error
            finally:
                raw.execute(f"PRAGMA synchronous={self.pragmas['synchronous']}")


class SafeSqliteTransactionClient(SqliteTransactionWrapper):
    """The client inside a transaction."""

    def _in_transaction(self) -> TransactionContext:
        return ShieldedSavepoint(SafeSqliteTransactionClient(self))

    async def begin(self) -> None:
        """Takes the write lock at once: a later upgrade from reading fails without waiting."""
        if self._connection.in_transaction:  # left by whoever could neither commit nor roll back
            await self._connection.rollback()
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """Runs several statements; Python's own way of running a script would commit first."""
        statement = ""
        for part in query.split(";"):
            statement += f"{part};"
            if sqlite3.complete_statement(statement):  # else the semicolon stood in a text, a comment or a trigger
                if statement.strip(" \n;"):
                    await self.execute_query(statement)
                statement = ""

    async def commit(self) -> None:
        """Commits; what could not be committed is undone, or the next transaction would commit it."""
        try:
            await super().commit()
        except sqlite3.Error as error:
            await self._connection.rollback()
            self._finalized = True
            kind = IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError
            raise kind(error) from error


class SqliteTransaction(ShieldedTransaction):
    """A transaction on the one connection, which other tasks wait for meanwhile."""

    client: SafeSqliteTransactionClient

    def __init__(self, client: SafeSqliteTransactionClient, parent: SafeSqliteClient) -> None:
        super().__init__(client)
        self._parent = parent

    async def take(self) -> None:
        """Waits for the connection."""
        await self._parent._lock.acquire()
        try:
            if self._parent._connection is None:
                await self._parent.create_connection(with_db=True)
        except BaseException:
            self._parent._lock.release()
            raise
        assert self._parent._connection is not None
        self.client._connection = self._parent._connection

    async def give(self) -> None:
        """Lets the next one have it."""
        self._parent._lock.release()


client_class = SafeSqliteClient
