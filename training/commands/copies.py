"""Copies a whole database to a file and back: SQLite by its own snapshot, PostgreSQL by its installed programs."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import asyncpg  # type: ignore[import-untyped]
from tortoise.backends.base.config_generator import expand_db_url

from training.core.errors import Invalid, Upstream

TABLES = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
ANSWER_SECONDS = 5


class Copied(Protocol):
    """A database that can be copied."""

    @property
    def kind(self) -> str:
        """Names the kind of database, as the backup notes it."""

    def dump(self, target: Path) -> None:
        """Writes everything, as of one moment, to a file."""

    def is_there(self) -> bool:
        """Tells whether there is anything that loading would replace."""

    def load(self, source: Path, *, now: datetime) -> None:
        """Brings everything back from a file; what was there goes."""


def database_of(url: str) -> Copied:
    """Gives the database of a setting."""
    where = expand_db_url(url)["credentials"]
    return SqliteFile(Path(where["file_path"])) if url.startswith("sqlite") else Postgres(url)


def set_aside(path: Path, *, now: datetime, ending: str = "") -> None:
    """Renames what is about to be replaced, so that it is still there if it was the wrong thing to do."""
    there = path.with_name(path.name + ending)
    if there.exists():
        there.rename(path.with_name(f"{path.name}.before-{now:%Y%m%dT%H%M%S}{ending}"))


@dataclass(frozen=True)
class SqliteFile:
    """A SQLite database."""

    path: Path
    kind: str = "sqlite"

    def dump(self, target: Path) -> None:
        """Writes a compact snapshot; the service goes on reading and writing meanwhile."""
        # Read only: a connection that never writes nor checkpoints cannot meet the WAL bug of older versions.
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        try:
            database = sqlite3.connect(address, uri=True, timeout=10)
            try:
                database.execute("VACUUM INTO ?", (str(target),))
            finally:
                database.close()
        except sqlite3.Error as error:
            raise Upstream(f"{self.path}: {error}.", "Check TRAINING_DATABASE_URL and the room on the disk.") from error

    def is_there(self) -> bool:
        """Tells whether the file is there with something in it."""
        return self.path.exists() and self.path.stat().st_size > 0

    def load(self, source: Path, *, now: datetime) -> None:
        """Puts the file in place; an earlier one is set aside with its log."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm"):
            set_aside(self.path, now=now, ending=ending)
        shutil.move(source, self.path)


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database, copied by pg_dump and pg_restore."""

    url: str
    kind: str = "postgres"

    def dump(self, target: Path) -> None:
        """Writes a dump of one moment."""
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")

    def is_there(self) -> bool:
        """Tells whether there are tables."""
        try:
            return asyncio.run(asyncio.wait_for(self._tables(), ANSWER_SECONDS)) > 0
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            reason = str(error) or "no answer"
            raise Upstream(f"PostgreSQL: {reason}.", "Start it, or mend TRAINING_DATABASE_URL.") from error

    def load(self, source: Path, *, now: datetime) -> None:
        """Replaces the tables in one transaction: all of them, or none."""
        options = ("--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges")
        self._run("pg_restore", *options, f"--dbname={self._place['PGDATABASE']}", str(source))

    async def _tables(self) -> int:
        connection = await asyncpg.connect(self.url)
        try:
            return int(await connection.fetchval(TABLES))
        finally:
            await connection.close(timeout=1)

    def _run(self, program: str, *options: str) -> None:
        found = shutil.which(program)
        if found is None:
            raise Invalid(f"{program} is not installed.", "Install it: sudo apt-get install postgresql-client")
        # The password travels in the environment: the list of processes shows arguments to everybody.
        done = subprocess.run([found, *options], env=os.environ | self._place, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            reason = done.stderr.strip().splitlines() or ["it failed"]
            raise Upstream(f"{program}: {reason[0]}", "Mend this, then try again.")

    @property
    def _place(self) -> dict[str, str]:
        where = expand_db_url(self.url)["credentials"]
        names = {
            "PGHOST": "host",
            "PGPORT": "port",
            "PGUSER": "user",
            "PGPASSWORD": "password",
            "PGDATABASE": "database",
        }
        return {name: str(where[key]) for name, key in names.items() if where.get(key)}
