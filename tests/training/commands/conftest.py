"""The front door: `training …` in a process of its own, over a database of its own."""

import asyncio
import os
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.forked import Forks, forks
from tests.training.databases import made as made_tables
from training.app import consequences
from training.demo.cast import settle
from training.trail import facts

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Front:
    """A folder with a database, settings in the environment, and the commands."""

    folder: Path
    url: str
    forks: Forks

    def run(self, *words: str, **settings: str | None) -> CompletedProcess[str]:
        """Runs a command to its end; a setting that is None is left out."""
        chosen = self.settings | settings
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
        environment |= {f"TRAINING_{name}": value for name, value in chosen.items() if value is not None}
        return self.forks.run(words, self.folder, environment | {"COLUMNS": "200"})

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


@pytest.fixture(scope="session")
def forked() -> Iterator[Forks]:
    """The process from which commands are forked."""
    with forks() as process:
        yield process


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and the people of the demo, made once."""
    path = tmp_path_factory.mktemp("made") / "training.db"
    facts.follow(consequences.AFTER)

    async def fill() -> None:
        async with made_tables(f"sqlite://{path}"):
            await settle(NOW)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.run(fill())
    return path


@pytest.fixture
def front(made: Path, tmp_path: Path, forked: Forks) -> Front:
    """The commands over a fresh copy of that database."""
    shutil.copy(made, tmp_path / "training.db")
    return Front(tmp_path, f"sqlite://{tmp_path / 'training.db'}", forked)


@pytest.fixture
def empty(tmp_path: Path, forked: Forks) -> Front:
    """The commands over a database with tables and nothing in them."""
    url = f"sqlite://{tmp_path / 'training.db'}"

    async def make() -> None:
        async with made_tables(url):
            pass

    asyncio.run(make())
    return Front(tmp_path, url, forked)
