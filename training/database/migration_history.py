"""Which migrations there are, and which of them a database has had."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import require_context
from tortoise.exceptions import OperationalError
from tortoise.fields.base import Field
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import BaseSchemaEditor, SqliteSchemaEditor
from tortoise.models import Model

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
    """Tortoise's executor for our rooms, on one client; the caller has opened a transaction."""

    def __init__(self, client: BaseDBAsyncClient, apps: Apps = APPS, home: str = MIGRATIONS) -> None:
        super().__init__(client, configuration("sqlite://:memory:", apps, home)["apps"])  # the address is not used
        self._known = known(tuple(apps), home)

    async def catch_up(self) -> list[str]:
        """Applies what the database still needs, and lists it."""
        # First: asking a table that is not there would spoil the transaction on PostgreSQL.
        await self.recorder.ensure_schema(self._schema_editor(atomic=False))
        if await self.recorder.applied_migrations():
            return await self.step_by_step()
        return await self._all_at_once()

    async def step_by_step(self) -> list[str]:
        """Applies one migration after the other."""
        done: list[str] = []

        def note(event: str, label: str, name: str) -> None:
            if event == "apply_done":
                done.append(f"{label}.{name}")

        await self.migrate(direction="forward", progress=note)
        return done

    async def _all_at_once(self) -> list[str]:
        # The models call for the tables that all migrations come to; those take a tenth of a second for each table.
        editor = self._schema_editor(atomic=False)
        rooms = require_context().apps
        assert rooms is not None
        for model in _in_order(rooms.apps):
            await editor.create_model(model)
        for name in self._known:
            await self.recorder.record_applied(*name.split(".", 1))
        return list(self._known)

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        if self.connection.capabilities.dialect == "sqlite":
            return _SqliteEditor(self.connection, atomic=atomic, collect_sql=collect_sql)
        return super()._schema_editor(atomic, collect_sql)


class _SqliteEditor(SqliteSchemaEditor):
    """Tortoise's own, except that a semicolon within a comment does not end a statement, and that a column which may
    be empty from now on keeps its table: Tortoise makes it anew, without its indexes and with every row copied.
    """

    async def _run_sql(self, sql: str) -> None:
        await BaseSchemaEditor._run_sql(self, sql)

    async def _alter_field(self, model: type[Model], old_field: Field[Any], new_field: Field[Any]) -> None:
        column = new_field.source_field or new_field.model_field_name
        kind = new_field.get_for_dialect("sqlite", "SQL_TYPE")
        before, after = f'"{column}" {kind} NOT NULL', f'"{column}" {kind}'
        table = [model._meta.db_table]
        _, found = await self.client.execute_query("SELECT sql FROM sqlite_master WHERE name = ?", table)
        if not new_field.null or old_field.null or before not in found[0]["sql"]:
            await super()._alter_field(model, old_field, new_field)
            return
        # SQLite's own way to take a NOT NULL off: https://www.sqlite.org/lang_altertable.html#otheralter
        version = (await self.client.execute_query("PRAGMA schema_version"))[1][0]["schema_version"]
        await self.client.execute_query("PRAGMA writable_schema = ON")
        write = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?"
        await self.client.execute_query(write, [before, after, *table])
        await self.client.execute_query(f"PRAGMA schema_version = {version + 1}")
        await self.client.execute_query("PRAGMA writable_schema = OFF")


def _in_order(apps: Mapping[str, Mapping[str, type[Model]]]) -> Iterator[type[Model]]:
    """Gives each model after those that it points to."""
    waiting = [model for models in apps.values() for model in models.values()]
    points_to = {
        model: {meta.fields_map[name].related_model for name in meta.fk_fields | meta.o2o_fields}  # type: ignore[attr-defined]
        for model, meta in ((model, model._meta) for model in waiting)
    }
    while waiting:
        ready = next(model for model in waiting if points_to[model].isdisjoint({*waiting} - {model}))
        waiting.remove(ready)
        yield ready
