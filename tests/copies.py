"""A database for each test, copied from one that each process makes once: every table, and the people of the demo."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from tests.training.databases import made, told
from training.demo.cast import settle

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
GIVEN = os.environ.get("TRAINING_TEST_DATABASE", "")
SERVER = GIVEN.rsplit("/", 1)[0] if GIVEN.startswith("postgres") else ""
"""The PostgreSQL server to test on, without a database's name; "" is SQLite."""

_made: list[str] = []


def address(folder: Path) -> str:
    """Names a database for one test, which `copied` makes."""
    return f"{SERVER}/test_{uuid4().hex}" if SERVER else f"sqlite://{folder}/test.db"


@asynccontextmanager
async def copied(url: str) -> AsyncIterator[None]:
    """Copies the filled database to the address, and removes it at the end."""
    if not _made:
        _made.append(await _filled())
    if not SERVER:
        shutil.copy(_made[0], url.removeprefix("sqlite://"))
        yield
        return
    name = url.rsplit("/", 1)[1]
    await told(f"{SERVER}/postgres", f"CREATE DATABASE {name} TEMPLATE {_made[0]} STRATEGY FILE_COPY")
    try:
        yield
    finally:
        await told(f"{SERVER}/postgres", f"DROP DATABASE {name} WITH (FORCE)")


async def _filled() -> str:
    name = f"filled_{uuid4().hex}"
    file = Path(tempfile.gettempdir()) / f"{name}.db"
    if SERVER:
        await told(f"{SERVER}/postgres", f"CREATE DATABASE {name}")
    async with made(f"{SERVER}/{name}" if SERVER else f"sqlite://{file}"):
        await settle(NOW)
    return name if SERVER else str(file)


def removed() -> None:
    """Removes the filled database at the end of the process."""
    for name in _made:
        if SERVER:
            asyncio.run(told(f"{SERVER}/postgres", f"DROP DATABASE {name} WITH (FORCE)"))
        else:
            Path(name).unlink(missing_ok=True)
