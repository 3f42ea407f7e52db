"""Which migrations there are, and which of them a database has had."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib.util import find_spec
from pkgutil import iter_modules

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import BaseSchemaEditor, SqliteSchemaEditor

from training.database.apps import APPS, MIGRATIONS, Apps, configuration


@cache
def known(labels: tuple[str, ...] = tuple(APPS), home: str = MIGRATIONS) -> tuple[str, ...]:
    """Lists the migrations that this version of the service brings along, as `label.name`."""
    found = []
    for label in labels:
        package = find_spec(f"{home}.{label}")
        folders = list(package.submodule_search_locations or ()) if package else []
        found += sorted(f"{label}.{module.name}" for module in iter_modules(folders))
    return tuple(found)


async def pending(client: BaseDBAsyncClient, names: Iterable[str]) -> list[str]:
    """Lists those of the migrations that the database has not had."""
    try:
        rows = await client.execute_query_dict("SELECT app, name FROM tortoise_migrations")
    except OperationalError:  # no such table
        rows = []
    applied = {f"{row['app']}.{row['name']}" for row in rows}
    return [name for name in names if name not in applied]


class Ledger(MigrationExecutor):
    """Tortoise's executor for our rooms, on one client."""

    def __init__(self, client: BaseDBAsyncClient, apps: Apps = APPS, home: str = MIGRATIONS) -> None:
        super().__init__(client, configuration("sqlite://:memory:", apps, home)["apps"])  # the address is not used

    async def catch_up(self) -> list[str]:
        """Applies what the database still needs, and lists it; the caller has opened a transaction."""
        done: list[str] = []
        # First: asking a table that is not there would spoil the transaction on PostgreSQL.
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        await self.migrate(direction="forward", progress=_noting(done))
        return done

    async def note_all(self, names: Iterable[str]) -> None:
        """Notes migrations as done, for tables that were made from the models."""
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        for name in await pending(self.connection, names):
            await self.recorder.record_applied(*name.split(".", 1))

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        if self.connection.capabilities.dialect == "sqlite":
            return _SqliteEditor(self.connection, atomic=atomic, collect_sql=collect_sql)
        return super()._schema_editor(atomic, collect_sql)


class _SqliteEditor(SqliteSchemaEditor):
    """Tortoise's own, except that a semicolon within a comment does not end a statement."""

    async def _run_sql(self, sql: str) -> None:
        await BaseSchemaEditor._run_sql(self, sql)


def _noting(done: list[str]) -> Callable[[str, str, str], None]:
    def note(event: str, label: str, name: str) -> None:
        if event == "apply_done":
            done.append(f"{label}.{name}")

    return note
