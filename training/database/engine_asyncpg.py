"""The PostgreSQL engine: no pool slot is lost to a cancelled task, and every failure has one of Tortoise's names."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import DBConnectionError, OperationalError

from training.database.transactions import ShieldedSavepoint, ShieldedTransaction

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # restarting, shutting down, terminated by an administrator
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,  # "connection is closed", "pool is closing"
    asyncpg.InternalClientError,  # a connection that was lost while it was taken or given back
)


class _Named:
    """Gives the driver's errors the names that callers know."""

    async def _translate_exceptions(self, func: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        try:
            return await super()._translate_exceptions(func, *args, **more)  # type: ignore[misc]
        except UNREACHABLE as error:
            raise DBConnectionError(f"the database does not answer: {error or type(error).__name__}") from error
        except asyncpg.PostgresError as error:
            raise OperationalError(error) from error


class Unmarked(asyncpg.Connection):  # type: ignore[misc]
    """A connection on which nobody leaves a mark, so that giving it back to the pool asks the database nothing.

    Locks end with their transaction, whoever listens has a connection of their own, and nothing is ever SET.
    """

    def get_reset_query(self) -> str:
        """Says that nothing is to be undone; a transaction left open is rolled back all the same."""
        return ""


class SafeAsyncpgClient(_Named, AsyncpgDBClient):
    """The client outside transactions; each statement takes a connection from the pool."""

    connection_class = Unmarked

    async def connect_alone(self) -> Any:
        """Connects outside the pool, to the same database."""
        return await asyncpg.connect(
            host=self.host, port=self.port, user=self.user, password=self.password, database=self.database, timeout=10
        )

    async def at_once(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Runs one statement that is whole in itself, for hot paths, and gives the driver's own rows."""
        found: list[Any] = await self._translate_exceptions(SafeAsyncpgClient._fetched, statement, values)
        return found

    async def _fetched(self, statement: str, values: Sequence[Any]) -> list[Any]:
        assert self._pool is not None
        found: list[Any] = await self._pool.fetch(statement, *values)
        return found

    def _in_transaction(self) -> TransactionContext:
        return AsyncpgTransaction(SafeAsyncpgTransactionClient(self), self)

    async def execute_many(self, query: str, values: list[Any]) -> None:
        """Runs one statement for many rows, all or none."""
        async with self._in_transaction() as inner:
            await inner.execute_many(query, values)


class SafeAsyncpgTransactionClient(_Named, TransactionWrapper):
    """The client inside a transaction."""

    def _in_transaction(self) -> TransactionContext:
        return ShieldedSavepoint(SafeAsyncpgTransactionClient(self))

    async def commit(self) -> None:
        """Commits; PostgreSQL itself undoes what it could not commit."""
        await self._translate_exceptions(TransactionWrapper.commit)

    async def rollback(self) -> None:
        """Rolls back."""
        await self._translate_exceptions(TransactionWrapper.rollback)


class AsyncpgTransaction(ShieldedTransaction):
    """A transaction on a connection of the pool."""

    client: SafeAsyncpgTransactionClient

    def __init__(self, client: SafeAsyncpgTransactionClient, parent: SafeAsyncpgClient) -> None:
        super().__init__(client)
        self._parent = parent

    async def take(self) -> None:
        """Takes a connection from the pool, waiting for one if need be."""
        await self._parent._translate_exceptions(AsyncpgTransaction._acquire, self)

    async def give(self) -> None:
        """Gives it back; the pool rolls back what is open and replaces what is broken."""
        await self._parent._translate_exceptions(AsyncpgTransaction._release, self)

    @staticmethod
    async def _release(parent: SafeAsyncpgClient, transaction: "AsyncpgTransaction") -> None:
        if parent._pool is not None:
            await parent._pool.release(transaction.client._connection)

    @staticmethod
    async def _acquire(parent: SafeAsyncpgClient, transaction: "AsyncpgTransaction") -> None:
        async with parent._pool_init_lock:
            if parent._pool is None:
                await parent.create_connection(with_db=True)
        assert parent._pool is not None
        transaction.client._connection = await parent._pool.acquire()


client_class = SafeAsyncpgClient
