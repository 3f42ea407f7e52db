"""Makes an empty database for one test, of the kind that TRAINING_TEST_DATABASE names, and removes it again."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
from tortoise.context import TortoiseContext

from training.database.apps import APPS, Apps
from training.database.connection import opened
from training.database.migrate import migrate

GIVEN = os.environ.get("TRAINING_TEST_DATABASE", "sqlite://")
POSTGRES = GIVEN.startswith("postgres")
TRAIL = {"trail": ["training.trail.models"]}


@asynccontextmanager
async def emptied(folder: Path) -> AsyncIterator[str]:
    """Gives the address of a fresh database."""
    if not POSTGRES:
        yield f"sqlite://{folder}/{uuid4().hex}.db"
        return
    server = GIVEN.rsplit("/", 1)[0]
    name = f"ground_{uuid4().hex[:12]}"
    await told(f"{server}/postgres", f"CREATE DATABASE {name}")
    try:
        yield f"{server}/{name}"
    finally:
        await told(f"{server}/postgres", f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def made(url: str, apps: Apps = APPS) -> AsyncIterator[TortoiseContext]:
    """Makes the tables and opens the database."""
    await migrate(url, apps)
    async with opened(url, apps) as context:
        yield context


async def told(url: str, sql: str) -> list[asyncpg.Record]:
    """Runs one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()
