"""Migrations: the same tables as the models call for, made once however many try, and no row lost."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.training.database.schemas import rows, schema
from tests.training.databases import TRAIL, emptied, made
from training.database.apps import APPS, STATEMENT_SECONDS, configuration
from training.database.connection import connection, opened, transaction
from training.database.make_migration import make, wanted
from training.database.migrate import is_migrated, migrate, pending
from training.database.migration_history import Ledger
from training.database.migration_history import known as known_migrations

FIRST = """
from tortoise import fields
from tortoise.models import Model

class Shelf(Model):
    \"\"\"Where jars stand; kept; never "moved".\"\"\"
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20, unique=True)
    class Meta:
        table = "shelf"

class Jar(Model):
    \"\"\"A jar; it's on a shelf.\"\"\"
    id = fields.IntField(primary_key=True)
    shelf = fields.ForeignKeyField("LABEL.Shelf", on_delete=fields.CASCADE)
    class Meta:
        table = "jar"
"""
SECOND = FIRST.replace(
    '    class Meta:\n        table = "shelf"',
    "    height = fields.IntField(null=True)\n"
    '    class Meta:\n        table = "shelf"\n        indexes = (("height", "name"),)',
)


async def test_the_tables_made_step_by_step_are_those_made_at_once(tmp_path: Path) -> None:
    async with emptied(tmp_path) as url, opened(url):
        async with transaction():
            ledger = Ledger(connection())
            await ledger.recorder.ensure_schema(ledger._schema_editor(atomic=False))
            assert sorted(await ledger.step_by_step()) == sorted(known_migrations())
        assert await is_migrated()
        stepped = await schema()
    async with emptied(tmp_path) as url, made(url):
        assert await is_migrated()
        at_once = await schema()
    assert stepped.keys() == at_once.keys()
    for table, parts in at_once.items():
        assert stepped[table] == parts, table


async def test_no_model_has_changed_since_its_last_migration() -> None:
    changed = [writer.app_label for writer in await wanted()]
    assert changed == [], "run: python -m training.database.make_migration"


async def test_migrating_a_second_time_changes_nothing(tmp_path: Path) -> None:
    async with emptied(tmp_path) as url:
        assert (await migrate(url, TRAIL))[0] == "trail.0001_initial"
        assert await migrate(url, TRAIL) == []


async def test_processes_that_migrate_at_once_all_succeed_and_one_does_it(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from training.database.migrate import migrate\n"
        "from tests.training.databases import TRAIL\n"
        "print(len(asyncio.run(migrate(sys.argv[1], TRAIL))))"
    )
    async with emptied(tmp_path) as url:
        processes = [
            subprocess.Popen([sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True) for _ in range(3)
        ]
        outputs = [(await asyncio.to_thread(process.communicate))[0].strip() for process in processes]
    assert sorted(outputs)[:2] == ["0", "0"] and sorted(outputs)[2] != "0"


async def test_a_database_without_tables_is_not_migrated(tmp_path: Path) -> None:
    async with emptied(tmp_path) as url, opened(url):
        assert set(await pending()) >= {"trail.0001_initial"}
        assert not await is_migrated()


async def test_a_column_and_an_index_are_added_to_tables_with_rows_and_no_row_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label, home = f"pantry_{uuid4().hex[:8]}", f"home_{uuid4().hex[:8]}"
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / home).mkdir()
    (tmp_path / home / "__init__.py").touch()
    apps = {label: [f"{label}_models"]}
    models = tmp_path / f"{label}_models.py"

    models.write_text(FIRST.replace("LABEL", label))
    first = await make(apps=apps, home=home)
    assert [path.name for path in first] == ["0001_initial.py"]
    async with emptied(tmp_path) as url:
        assert await migrate(url, apps, home) == [f"{label}.0001_initial"]
        async with opened(url, apps=apps):
            await connection().execute_script(
                "INSERT INTO shelf (id, name) VALUES (1, 'low'), (2, 'high');"
                "INSERT INTO jar (id, shelf_id) VALUES (1, 1), (2, 1), (3, 2);"
            )
        _forget(f"{label}_models", tmp_path)
        models.write_text(SECOND.replace("LABEL", label))
        second = await make("add height", apps, home)
        assert [path.name for path in second] == ["0002_add_height.py"]
        assert await migrate(url, apps, home) == [f"{label}.0002_add_height"]
        async with opened(url, apps=apps):
            migrated = await schema()
            assert len(await rows("SELECT 1 FROM shelf WHERE height IS NULL")) == 2
            assert len(await rows("SELECT 1 FROM jar")) == 3
    async with emptied(tmp_path) as url, made(url, apps):
        assert migrated == await schema()


async def test_a_change_that_may_lose_rows_is_not_written_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label, home = f"pantry_{uuid4().hex[:8]}", f"home_{uuid4().hex[:8]}"
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / home).mkdir()
    (tmp_path / home / "__init__.py").touch()
    models = tmp_path / f"{label}_models.py"
    models.write_text(FIRST.replace("LABEL", label))
    await make(apps={label: [f"{label}_models"]}, home=home)
    _forget(f"{label}_models", tmp_path)
    models.write_text(FIRST.replace("LABEL", label).replace("max_length=20", "max_length=10"))
    with pytest.raises(SystemExit, match="AlterField may fail or lose rows"):
        await make(apps={label: [f"{label}_models"]}, home=home)


def _forget(module: str, folder: Path) -> None:
    del sys.modules[module]
    # What is compiled of a file is taken for it as long as its size and second are the same.
    shutil.rmtree(folder / "__pycache__", ignore_errors=True)


async def test_what_makes_and_fills_tables_may_take_longer_than_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = list[float | None]()

    def noted(*given: Any, statement_seconds: float | None) -> dict[str, Any]:
        allowed.append(statement_seconds)
        return configuration(*given, statement_seconds=statement_seconds)

    monkeypatch.setattr("training.database.connection.configuration", noted)
    async with emptied(tmp_path) as url:
        await migrate(url)
        async with opened(url):
            assert allowed == [None, STATEMENT_SECONDS]


async def test_foreign_keys_of_the_rooms_point_down_only() -> None:
    floors = list(APPS)
    async with opened("sqlite://:memory:") as context:
        assert context.apps is not None
        for label, models in context.apps.items():
            for model in models.values():
                for name in model._meta.fk_fields | model._meta.o2o_fields:
                    below = model._meta.fields_map[name].related_model._meta.app
                    assert floors.index(below) <= floors.index(label), f"{label}.{model.__name__}.{name}"
