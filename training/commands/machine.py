"""What this machine has and lacks: each check gives one finding with what to do about it."""

import asyncio
import os
import platform
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import asyncpg  # type: ignore[import-untyped]
from tortoise.exceptions import DBConnectionError, OperationalError

from certificates.credentials.keys import KeyStore
from training.commands import pango
from training.core import clock
from training.core.encryption import Encryptor
from training.core.errors import Upstream
from training.core.settings import Settings
from training.database.connection import opened
from training.database.migrate import is_migrated
from training.lti.platform.tool_keys import ToolKeys
from training.trail import facts

FONT_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "assets" / "fonts"
LOCAL_POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"
ANSWER_SECONDS = 2
ENOUGH_MB = 500
LIBRARIES = ("starlette", "uvicorn", "tortoise-orm", "weasyprint", "cryptography", "pyjwt")
RESET_BUG_MENDED = (3, 51, 3)
"""From this version on SQLite's WAL no longer breaks when two connections write and checkpoint at once."""


@dataclass(frozen=True)
class DoctorFinding:
    """One line: `ok`, `note` (works, with less) or `lack` (does not work), about what, and what to do."""

    state: Literal["ok", "note", "lack"]
    about: str
    words: str

    def __str__(self) -> str:
        return f"{self.state:4}  {self.about}: {self.words}"


async def findings(settings: Settings | None, port: int) -> AsyncIterator[DoctorFinding]:
    """Looks at everything that the service stands on; without settings, at what the demo would use."""
    yield python()
    yield libraries()
    yield sqlite()
    yield printing()
    yield fonts()
    yield free_port(port)
    yield disk(settings.storage if settings else Path("var"))
    yield await postgres(settings.database_url if settings else "")
    if settings:
        yield await records(settings)


def python() -> DoctorFinding:
    """Tells the version of Python."""
    return DoctorFinding("ok", "Python", f"{platform.python_version()} at {sys.executable}")


def libraries() -> DoctorFinding:
    """Tells the versions of the libraries that matter most."""
    return DoctorFinding("ok", "Libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES))


def sqlite(found: tuple[int, ...] = sqlite3.sqlite_version_info) -> DoctorFinding:
    """Tells the version of SQLite, and whether it has the bug of two connections on one file."""
    number = ".".join(map(str, found))
    if found >= RESET_BUG_MENDED:
        return DoctorFinding("ok", "SQLite", number)
    words = (
        f"{number} can damage a database in WAL mode when two connections write at once; keep to one process and one "
        "connection per file (serve does), and take PostgreSQL for more workers"
    )
    return DoctorFinding("note", "SQLite", words)


def printing() -> DoctorFinding:
    """Tells whether PDFs can be made."""
    found = pango.look()
    if not found.missing:
        return DoctorFinding("ok", "PDF", f"Pango {found.version} with HarfBuzz-subset")
    if found.missing == ("HarfBuzz-subset",):
        return DoctorFinding("note", "PDF", f"HarfBuzz-subset is missing, PDFs take 15 times longer; {pango.INSTALL}")
    return DoctorFinding(
        "note", "PDF", f"off, {', '.join(found.missing)} missing; certificates are pages; {pango.INSTALL}"
    )


def fonts() -> DoctorFinding:
    """Tells whether the fonts of certificates are there."""
    names = [line.split()[1] for line in (FONT_FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()]
    missing = [name for name in names if not (FONT_FOLDER / name).is_file()]
    if missing:
        return DoctorFinding(
            "lack", "Fonts", f"{', '.join(missing)} not in {FONT_FOLDER}; restore them from the repository"
        )
    return DoctorFinding("ok", "Fonts", f"{len(names)} shipped fonts")


def free_port(port: int) -> DoctorFinding:
    """Tells whether the port is free."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return DoctorFinding("note", "Port", f"{port} is in use; choose another: --port {port + 10}")
    return DoctorFinding("ok", "Port", f"{port} is free")


def disk(folder: Path) -> DoctorFinding:
    """Tells how much room there is where files are kept."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    free = shutil.disk_usage(there).free // 1_000_000
    if not os.access(there, os.W_OK):
        return DoctorFinding("lack", "Disk", f"{there} cannot be written to; give this user the right to")
    if free < ENOUGH_MB:
        return DoctorFinding("lack", "Disk", f"{free} MB free at {there}; make room, {ENOUGH_MB} MB are needed")
    return DoctorFinding("ok", "Disk", f"{free:,} MB free at {there}")


async def postgres(database_url: str) -> DoctorFinding:
    """Tells whether the PostgreSQL of the settings answers, or one of this machine when SQLite is used."""
    chosen = database_url.startswith("postgres")
    url = database_url if chosen else os.environ.get("TRAINING_TEST_POSTGRES", LOCAL_POSTGRES)
    try:
        told = await asyncio.wait_for(_version_of(url), ANSWER_SECONDS)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = (str(error) or "no answer").splitlines()[0]
        if chosen:
            return DoctorFinding("lack", "PostgreSQL", f"{reason}; start it, or mend TRAINING_DATABASE_URL")
        return DoctorFinding("note", "PostgreSQL", "none answers here; SQLite needs none")
    return DoctorFinding(
        "ok", "PostgreSQL", told if chosen else f"{told} answers; TRAINING_DATABASE_URL does not use it"
    )


async def records(settings: Settings) -> DoctorFinding:
    """Tells whether the secret key opens the keys, and how much work has failed."""
    try:
        async with opened(settings.database_url):
            if not await is_migrated():
                return DoctorFinding("note", "Records", "the database is not up to date; run: training migrate")
            await KeyStore(Encryptor(settings.secret_key), home=settings.public_url).check()
            await ToolKeys(settings.secret_key).check(clock.now())
            count = await facts.failed().count()
    except (DBConnectionError, OperationalError):
        return DoctorFinding("note", "Records", "the database does not answer, so nothing is known of them")
    except Upstream as trouble:
        return DoctorFinding("lack", "Records", str(trouble))
    if count:
        words = f"{count} pieces of work failed; see: training work --failed, then: training work --again all"
        return DoctorFinding("note", "Records", words)
    return DoctorFinding("ok", "Records", "the keys open, and no work has failed")


async def _version_of(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close(timeout=1)
