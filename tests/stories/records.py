"""Looks into a demo's database from outside, for what no page shows: planned work, and rows that must stay."""

import asyncio
import os
import secrets
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import asyncpg  # type: ignore[import-untyped]

from tests.browsing import Demo, missing

POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
COUNTED = (
    "people_person", "records_record", "records_participant", "records_confirmation", "assessments_rating",
    "assessments_signature", "certificates_decision", "certificates_certification", "certificates_certificate",
    "certificates_artefact", "courses_completion",
)  # fmt: skip
"""Tables that only ever grow."""


@contextmanager
def own_database(kind: str) -> Iterator[str]:
    """Makes a PostgreSQL database for one demo and drops it again; SQLite needs none made."""
    if kind == "sqlite":
        yield ""
        return
    server, name = os.environ.get("TRAINING_TEST_POSTGRES", POSTGRES), f"story_{secrets.token_hex(4)}"
    try:
        _asked(server, f"CREATE DATABASE {name}")
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        missing(f"no PostgreSQL answers at {server}: {error}")
    try:
        yield f"{server.rsplit('/', 1)[0]}/{name}"
    finally:
        _asked(server, f"DROP DATABASE {name} WITH (FORCE)")


def rows(demo: Demo, sql: str) -> list[tuple[Any, ...]]:
    """Gives the rows of a query."""
    if demo.database_url:
        return _asked(demo.database_url, sql)
    with closing(sqlite3.connect(demo.folder / "var/demo/training.db", timeout=10)) as connection, connection:
        return connection.execute(sql).fetchall()


def counts(demo: Demo) -> dict[str, int]:
    """Counts the rows of the tables that only ever grow."""
    return {table: int(rows(demo, f"SELECT count(*) FROM {table}")[0][0]) for table in COUNTED}


def work_left(demo: Demo) -> int:
    """Counts the follow-up work that is due and not done yet."""
    now = "now()" if demo.database_url else "strftime('%Y-%m-%d %H:%M:%S', 'now')"
    waits = f"state = 'running' OR (state = 'queued' AND due <= {now})"
    return int(rows(demo, f"SELECT count(*) FROM trail_followup WHERE {waits}")[0][0])


def _asked(url: str, sql: str) -> list[tuple[Any, ...]]:
    # In a thread: Playwright keeps an event loop in the one that tests run in.
    async def once() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, once()).result()
