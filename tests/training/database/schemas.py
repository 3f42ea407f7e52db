"""Reads how the tables of the open database are built, in a form in which two databases compare equal."""

import re
from typing import Any

from training.database.connection import connection, on_postgres

OURS = "tortoise_migrations"  # the bookkeeping of migrations is not made from models


async def rows(sql: str) -> list[dict[str, Any]]:
    """Runs a query."""
    return await connection().execute_query_dict(sql)


async def schema() -> dict[str, list[str]]:
    """Tells, for each table, its columns, constraints and indexes."""
    return await (_on_postgres() if on_postgres() else _on_sqlite())


async def _on_postgres() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in await rows(
        "SELECT table_name, column_name, data_type, character_maximum_length AS length, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    ):
        found.setdefault(row.pop("table_name"), []).append(f"column {row}")
    for row in await rows(
        "SELECT conrelid::regclass::text AS name, contype, pg_get_constraintdef(oid) AS d FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n' ORDER BY 1, 2, 3"
    ):
        found[row["name"].strip('"')].append(f"constraint {row['contype']} {row['d']}")
    for row in await rows("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2"):
        found[row["tablename"]].append(re.sub(r"INDEX \S+ ON", "INDEX ON", row["indexdef"]))
    return {table: sorted(parts) for table, parts in found.items() if table != OURS}


async def _on_sqlite() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    tables = await rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for table in (row["name"] for row in tables):
        columns = await rows(f"SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('{table}')")
        keys = await rows(f'SELECT "table", "from", "to", on_delete FROM pragma_foreign_key_list(\'{table}\')')
        indexes = await rows(f"SELECT name, \"unique\", partial FROM pragma_index_list('{table}')")
        for index in indexes:
            parts = await rows(f"SELECT name FROM pragma_index_info('{index.pop('name')}')")
            index["columns"] = [part["name"] for part in parts]
        found[table] = sorted(f"{row}" for row in [*columns, *keys, *indexes])
    return {table: parts for table, parts in found.items() if table != OURS}
