"""The front door: `training …` in a process of its own, over a database of its own."""

import asyncio
import multiprocessing
import os
import shutil
import sys
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from training import consequences, facts
from training.__main__ import main
from training.database.opening import opened
from training.demo.cast import settle

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["training.__main__"])
"""Each command is a process of its own, forked from one that has read the service's files: reading takes seconds."""


@dataclass(frozen=True)
class Front:
    """A folder with a database, settings in the environment, and the commands."""

    folder: Path
    url: str

    def run(self, *words: str, **settings: str | None) -> CompletedProcess[str]:
        """Runs a command to its end; a setting that is None is left out."""
        chosen = self.settings | settings
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
        environment |= {f"TRAINING_{name}": value for name, value in chosen.items() if value is not None}
        said = (self.folder / "stdout", self.folder / "stderr")
        process = PROCESSES.Process(target=_command, args=(words, self.folder, environment | {"COLUMNS": "200"}, said))
        process.start()
        process.join(100)
        process.kill()
        assert process.exitcode is not None, f"{words} did not end"
        return CompletedProcess(words, process.exitcode, *(path.read_text("utf-8") for path in said))

    def write(self, name: str, *lines: str) -> str:
        """Writes a file into the folder and gives its name."""
        (self.folder / name).write_text("\n".join(lines) + "\n", "utf-8")
        return name

    @property
    def settings(self) -> dict[str, str | None]:
        """The settings every command gets."""
        return {
            "DATABASE_URL": self.url,
            "SECRET_KEY": "s" * 40,
            "STORAGE_URL": str(self.folder / "files"),
            "MAIL_URL": f"file:{self.folder / 'mail'}",
        }


def _command(words: tuple[str, ...], folder: Path, environment: dict[str, str], said: tuple[Path, Path]) -> None:
    for stream, path in zip((1, 2), said, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("ignore")
    sys.argv = ["training", *words]
    main()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and the people of the demo, made once."""
    path = tmp_path_factory.mktemp("made") / "training.db"
    facts.follow(consequences.AFTER)

    async def fill() -> None:
        async with opened(f"sqlite://{path}", create=True):
            await settle(NOW)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(fill())
    return path


@pytest.fixture
def front(made: Path, tmp_path: Path) -> Front:
    """The commands over a fresh copy of that database."""
    shutil.copy(made, tmp_path / "training.db")
    return Front(tmp_path, f"sqlite://{tmp_path / 'training.db'}")


@pytest.fixture
def empty(tmp_path: Path) -> Front:
    """The commands over a database with tables and nothing in them."""
    url = f"sqlite://{tmp_path / 'training.db'}"

    async def make() -> None:
        async with opened(url, create=True):
            pass

    asyncio.run(make())
    return Front(tmp_path, url)
