"""Which migrations there are, and which of them a database has had."""

from collections.abc import Callable

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import BaseSchemaEditor, SqliteSchemaEditor

from training.database.apps import APPS, MIGRATIONS, Apps, configuration


class Ledger(MigrationExecutor):
    """Tortoise's executor for our rooms, on one client."""

    def __init__(self, client: BaseDBAsyncClient, apps: Apps = APPS, home: str = MIGRATIONS) -> None:
        super().__init__(client, configuration("sqlite://:memory:", apps, home)["apps"])  # the address is not used

    async def pending(self) -> list[str]:
        """Lists what the database still needs, as `label.name`."""
        self.loader.load_disk()
        applied = set(await self.recorder.applied_migrations())
        return [f"{key.app_label}.{key.name}" for key in self.loader.disk_migrations if key not in applied]

    async def catch_up(self) -> list[str]:
        """Applies what the database still needs, and lists it; the caller has opened a transaction."""
        done: list[str] = []
        # First: asking a table that is not there would spoil the transaction on PostgreSQL.
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        await self.migrate(direction="forward", progress=_noting(done))
        return done

    async def note_all(self) -> None:
        """Notes every migration as done, for tables that were made from the models."""
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        for label, name in (missing.split(".", 1) for missing in await self.pending()):
            await self.recorder.record_applied(label, name)

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
