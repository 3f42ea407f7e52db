"""Where benchmarks keep things: environments of other tools under var/bench, and databases that go away again."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg

from tests.third_party.programs import ROOT
from tests.training.databases import told

HERE = Path(__file__).parent
BENCH = ROOT / "var" / "bench"
POSTGRES = os.environ.get("TRAINING_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")


class Missing(Exception):
    """Something that this machine does not have, in words."""


def python_with(requirements: Path) -> Path:
    """Gives the Python of an environment with these packages; made once, and anew when the list changes."""
    place = BENCH / requirements.stem
    python = place / "bin" / "python"
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    steps = (
        [str(base), "-m", "venv", "--clear", str(place)],
        [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", str(requirements)],
    )
    _once(place, requirements, steps)
    return python


def node_with(package: Path) -> Path:
    """Gives the folder in which node finds these packages; made once, and anew when the list changes."""
    if shutil.which("npm") is None:
        raise Missing("no npm on this machine")
    place = BENCH / "node"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy(package, place / "package.json")
    _once(place, package, (["npm", "install", "--prefix", str(place), "--no-audit", "--no-fund", "--no-save"],))
    return place


def _once(place: Path, wanted: Path, steps: tuple[list[str], ...]) -> None:
    stamp = place / "installed"
    if stamp.exists() and stamp.read_text() == wanted.read_text():
        return
    print(f"Installing what {wanted.relative_to(ROOT)} lists …", flush=True)
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, timeout=600)
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Missing(f"{wanted.name} could not be installed: {' '.join(last)[:200]}")
    stamp.write_text(wanted.read_text())


def kinds() -> dict[str, str]:
    """Names the databases to measure on, and why not, where one does not answer."""

    async def answers() -> bool:
        try:
            await asyncio.wait_for(told(POSTGRES, "SELECT 1"), 3)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        return True

    return {"PostgreSQL": "" if asyncio.run(answers()) else f"none answers at {POSTGRES}", "SQLite": ""}


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Gives the address of an empty database, and removes it at the end."""
    name = f"bench_{uuid4().hex[:12]}"
    if kind == "SQLite":
        with TemporaryDirectory(prefix=name) as folder:
            yield f"sqlite://{folder}/bench.db"
        return
    server = POSTGRES.rsplit("/", 1)[0]
    asyncio.run(told(POSTGRES, f"CREATE DATABASE {name}"))
    try:
        yield f"{server}/{name}"
    finally:
        asyncio.run(told(POSTGRES, f"DROP DATABASE {name} WITH (FORCE)"))
