"""A backup of PostgreSQL comes back whole, into a database that must be empty unless one insists."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from tests.forked import Forks
from tests.training.commands.conftest import Front
from tests.training.databases import told

SERVER = os.environ.get("TRAINING_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
SEALED = "select count(*) from trail_fact where seal_id is not null"


def _answers() -> bool:
    try:
        asyncio.run(asyncio.wait_for(told(SERVER, "select 1"), 3))
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    return shutil.which("pg_dump") is not None


pytestmark = pytest.mark.skipif(not _answers(), reason="no PostgreSQL answers here, or pg_dump is not installed")


@pytest.fixture
def place(tmp_path: Path, forked: Forks) -> Iterator[tuple[Front, Front]]:
    """Two services with a PostgreSQL database each."""
    names = [f"keeping_{uuid4().hex[:12]}" for _ in range(2)]
    for name in names:
        asyncio.run(told(SERVER, f"CREATE DATABASE {name}"))
    fronts = []
    for name in names:
        (tmp_path / name).mkdir()
        fronts.append(Front(tmp_path / name, f"{SERVER.rsplit('/', 1)[0]}/{name}", forked))
    yield fronts[0], fronts[1]
    for name in names:
        asyncio.run(told(SERVER, f"DROP DATABASE {name} WITH (FORCE)"))


def _done(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_backup_moves_to_another_server_whole(place: tuple[Front, Front]) -> None:
    one, other = place
    _done(one.run("migrate"))
    one.write("units.csv", "unit,name", "north,Parenting North")
    one.write("sites.csv", "site,name,area,area_path", "RIV,Riverside,CDF,WLS/CDF")
    _done(one.run("load", "."))
    _done(one.run("trail", "verify"))
    (one.folder / "files").mkdir(exist_ok=True)
    (one.folder / "files" / "one").write_text("a file")
    backup = str(other.folder / "b.tar.gz")
    _done(one.run("backup", backup))

    assert "The trail is sound. Entries: 5 sealed in 1." in _done(other.run("restore", backup))
    assert (other.folder / "files" / "one").read_text() == "a file"
    assert asyncio.run(told(other.url, SEALED))[0][0] == 5

    asyncio.run(told(other.url, "delete from sites_site"))
    refused = other.run("restore", backup)
    assert refused.returncode == 1 and "--force" in refused.stderr
    _done(other.run("restore", backup, "--force"))
    assert asyncio.run(told(other.url, "select count(*) from sites_site"))[0][0] == 1

    sqlite = other.run("restore", backup, "--force", DATABASE_URL=f"sqlite://{other.folder}/x.db")
    assert sqlite.returncode == 1 and "holds a postgres database" in sqlite.stderr
