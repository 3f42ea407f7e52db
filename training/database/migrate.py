"""Brings the tables up to date, however many try at once, and tells whether they are."""

from training.database import migration_history
from training.database.apps import APPS, MIGRATIONS, Apps
from training.database.connection import connection, on_postgres, opened, transaction

LOCK = 7_246_473_001  # any number that nobody else locks


async def migrate(url: str, apps: Apps = APPS, home: str = MIGRATIONS) -> list[str]:
    """Makes and extends the tables in one transaction, and lists what was done, as `label.name`."""
    async with opened(url, apps=apps, statement_seconds=None):
        if not on_postgres():
            # Rebuilding a table with foreign keys on would delete the rows that point to it; only settable out here.
            await connection().execute_query("PRAGMA foreign_keys = OFF")
        async with transaction():
            if on_postgres():
                await connection().execute_query(f"SELECT pg_advisory_xact_lock({LOCK})")
            return await migration_history.Ledger(connection(), apps, home).catch_up()


async def pending() -> list[str]:
    """Lists the migrations that the open database still needs, as `label.name`."""
    return await migration_history.pending(connection(), migration_history.known())


async def is_migrated() -> bool:
    """Tells whether the open database has all its tables."""
    return not await pending()
