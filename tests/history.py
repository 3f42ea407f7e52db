"""The demo's history, told once in a run of tests: what begins with it takes a copy, as telling it takes a while."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.third_party.programs import ROOT, bare

MODULE = [sys.executable, "-m", "training"]
SECRET = "k" * 40


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's history, and all its work still to do."""
    with _once(tmp_path_factory, "seeded") as folder:
        if not folder.exists():
            making = folder.with_name("seeding")
            (making / "var/demo").mkdir(parents=True)
            (making / "var/demo.key").write_text(SECRET)
            for words in ("migrate", "seed"):
                run_command([words], making)
            making.rename(folder)
    return folder


@pytest.fixture(scope="session")
def published(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same when the work is done, but no certificate was printed."""
    with _once(tmp_path_factory, "published") as folder:
        if not folder.exists():
            making = copied(seeded, folder.with_name("publishing"))
            run_command(["work", "--once"], making, TRAINING_PDF="false")
            making.rename(folder)
    return folder


def copied(made: Path, folder: Path) -> Path:
    """Copies the history into a folder."""
    shutil.copytree(made / "var", folder / "var")
    return folder


def surroundings(folder: Path, port: int = 8000) -> dict[str, str]:
    """What a program is told that runs in such a folder."""
    return bare() | {
        "PYTHONPATH": str(ROOT),
        "TRAINING_DATABASE_URL": f"sqlite://{folder}/var/demo/training.db",
        "TRAINING_STORAGE_URL": f"{folder}/var/demo/files",
        "TRAINING_MAIL_URL": f"file:{folder}/var/demo/mail",
        "TRAINING_PUBLIC_URL": f"http://localhost:{port}",
        "TRAINING_SECRET_KEY": SECRET,
        "TRAINING_DEMO": "true",
    }


@contextmanager
def _once(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Gives the place of a folder that all processes of the run share, to one after the other."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared / f"history-{name}"


def run_command(words: list[str], folder: Path, **settings: str) -> None:
    """Runs a command of ours over the history in a folder."""
    done = subprocess.run([*MODULE, *words], cwd=folder, env=surroundings(folder) | settings, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
