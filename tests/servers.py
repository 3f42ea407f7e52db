"""The PostgreSQL that tests run on: the one that answers, or one of their own, started from installed binaries."""

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
DEBIAN = "/usr/lib/postgresql/*/bin"


@contextmanager
def a_postgres() -> Iterator[str | None]:
    """Gives its address; None when nothing answers at TRAINING_TEST_POSTGRES and nothing is installed."""
    url = os.environ.get("TRAINING_TEST_POSTGRES", LIKELY)
    if asyncio.run(_answers(url)):
        yield url
    elif binaries := _binaries():
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
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        port, place = free_port(), f"{folder}/data"
        asks = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _run(binaries / "initdb", "-D", place, "-A", "trust", "-U", "postgres", "-E", "UTF8")
        _run(binaries / "pg_ctl", "-D", place, "-w", "-l", f"{folder}/log", "-o", asks, "start")
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", place, "-m", "immediate", "stop")


def _run(*words: Path | str) -> None:
    # PostgreSQL refuses to run as root.
    as_its_own = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_its_own, *map(str, words)], stdout=subprocess.DEVNULL, check=True)
