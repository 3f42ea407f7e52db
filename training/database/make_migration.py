"""Writes the migrations that the models call for: `python -m training.database.make_migration [NAME]`."""

import asyncio
import importlib
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from tortoise.fields.base import Field
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterModelOptions,
    CreateModel,
    Operation,
    RemoveIndex,
)  # fmt: skip
from tortoise.migrations.writer import MigrationWriter, format_migration_name

from training.database.apps import APPS, MIGRATIONS, Apps, configuration
from training.database.connection import opened

HARMLESS = (CreateModel, AddField, AddIndex, RemoveIndex, AddConstraint, AlterModelOptions)  # the last is no SQL


async def make(name: str = "", apps: Apps = APPS, home: str = MIGRATIONS) -> list[Path]:
    """Writes one migration for each room whose models changed, ground floor first, and lists the files."""
    for label in apps:
        folder = Path(*importlib.import_module(home).__path__) / label
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    importlib.invalidate_caches()
    written: list[Path] = []
    # Anew after each: only then does a migration name those of the floors below that it stands on.
    while found := await wanted(apps, home):
        written.append(_write(found[0], name))
    return written


async def wanted(apps: Apps = APPS, home: str = MIGRATIONS) -> list[MigrationWriter]:
    """Tells what has changed in the models since the last migrations, ground floor first."""
    async with opened("sqlite://:memory:", apps=apps) as context:
        assert context.apps is not None
        return await MigrationAutodetector(
            context.apps, configuration("sqlite://:memory:", apps, home)["apps"]
        ).changes()


def _write(writer: MigrationWriter, name: str) -> Path:
    if doubtful := [type(step).__name__ for step in writer.operations if not _harmless(step)]:
        raise SystemExit(
            f"{writer.app_label}: {', '.join(doubtful)} may fail or lose rows where there are any; make it nullable "
            "or give it a db_default, or write that migration by hand, as reviewed SQL for each database."
        )
    if name and not writer.initial:
        writer.name = format_migration_name(int(writer.name.split("_", 1)[0]), name)
    path = Path(writer.write())
    path.write_text(f'"""Changes the tables of `{writer.app_label}`."""\n\n{path.read_text()}')
    importlib.invalidate_caches()
    return path


def _harmless(step: Operation) -> bool:
    if isinstance(step, AddField) and isinstance(step.field, Field):
        return bool(step.field.null or step.field.has_db_default())
    return isinstance(step, HARMLESS)


def main() -> None:
    """Writes what is needed and says so."""
    name = re.sub(r"\W+", "_", " ".join(sys.argv[1:])) or f"{datetime.now(UTC):%Y%m%d}"
    paths = asyncio.run(make(name))
    print("\n".join(map(str, paths)) or "The migrations agree with the models.")


if __name__ == "__main__":
    main()
