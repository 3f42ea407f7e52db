"""The PostgreSQL that tests run on: the one named, one of their own from installed binaries, or the usual one."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from tests.browsing import free_port

LIKELY = "postgres://postgres@127.0.0.1:5432/postgres"
MEMORY, ROOM_BYTES = "/dev/shm", 4 * 2**30
IN_A_HURRY = "-c fsync=off -c full_page_writes=off -c max_wal_size=1GB -c shared_buffers=256MB"
"""Nothing in it is to outlive the tests, and each makes and removes a database."""

DEBIAN = "/usr/lib/postgresql/*/bin"


@contextmanager
def a_postgres() -> Iterator[str | None]:
    """Gives its address; None when nothing answers at TRAINING_TEST_POSTGRES and nothing is installed."""
    named, binaries = os.environ.get("TRAINING_TEST_POSTGRES", ""), _binaries()
    if binaries and not (named and asyncio.run(_answers(named))):
        with _started(binaries) as own:
            yield own
    else:
        usual = named or LIKELY
        yield usual if asyncio.run(_answers(usual)) else None


@contextmanager
def own_postgres() -> Iterator[str | None]:
    """Gives the address of one that nobody else uses; None when nothing is installed."""
    if binaries := _binaries():
        with _started(binaries) as own:
            yield own
    else:
        yield None


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    await connection.close()
    return True


def _binaries() -> Path | None:
    found = sorted(Path("/").glob(f"{DEBIAN[1:]}/initdb")) or [Path(path) for path in [shutil.which("initdb")] if path]
    return found[-1].parent if found else None


@contextmanager
def _started(binaries: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=_in_memory()) as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        port, place = free_port(), f"{folder}/data"
        here = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} "
        _run(binaries / "initdb", "-D", place, "-A", "trust", "-U", "postgres", "-E", "UTF8")
        _run(binaries / "pg_ctl", "-D", place, "-w", "-l", f"{folder}/log", "-o", here + IN_A_HURRY, "start")
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", place, "-m", "immediate", "stop")


def _in_memory() -> str | None:
    # A database is some hundred files: made and removed on a disk, they take most of a test's time.
    roomy = Path(MEMORY).is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return MEMORY if roomy else None


def _run(*words: Path | str) -> None:
    # PostgreSQL refuses to run as root.
    as_its_own = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_its_own, *map(str, words)], stdout=subprocess.DEVNULL, check=True)
