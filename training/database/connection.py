"""Opens the one database of the process, and the transactions in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from training.database.apps import APPS, STATEMENT_SECONDS, Apps, configuration
from training.database.transactions import shielded


@asynccontextmanager
async def opened(
    url: str, apps: Apps = APPS, *, statement_seconds: float | None = STATEMENT_SECONDS
) -> AsyncIterator[TortoiseContext]:
    """Opens the database for every task of the process and closes it at the end."""
    context = TortoiseContext()
    with context:
        # Registered for all tasks: requests do not run in the task that opened the database.
        config = configuration(url, apps, statement_seconds=statement_seconds)
        await context.init(config=config, _enable_global_fallback=True)
    try:
        await connection().execute_query("SELECT 1")  # a database that is not there is noticed now
        yield context
    finally:
        await shielded(context.close_connections())  # or SQLite's thread keeps the process from ending


def connection() -> BaseDBAsyncClient:
    """Gives the current client: the transaction's inside one, else the plain one."""
    return get_connection("default")


def transaction() -> TransactionContext:
    """Opens a transaction; models and `connection()` inside it take part by themselves."""
    return in_transaction("default")


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Opens a transaction to read in: whatever is read stands as it stood at one moment."""
    async with transaction():
        if on_postgres():
            await connection().execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def inside_transaction() -> bool:
    """Tells whether the caller runs inside a transaction."""
    client = connection()
    # A task started inside a transaction may outlive it, and then sees one that has ended.
    return isinstance(client, TransactionalDBClient) and not client._finalized


def on_postgres() -> bool:
    """Tells which SQL the current database speaks."""
    return connection().capabilities.dialect == "postgres"
