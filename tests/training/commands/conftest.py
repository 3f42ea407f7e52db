"""The front door: `training …` in a process of its own, over a database of its own."""

import asyncio
import json
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen

import pytest

from training import consequences, facts
from training.database.opening import opened
from training.demo.cast import settle

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Front:
    """A folder with a database, settings in the environment, and the commands."""

    folder: Path
    url: str
    process: "Popen[str]"

    def run(self, *words: str, **settings: str | None) -> CompletedProcess[str]:
        """Runs a command to its end; a setting that is None is left out."""
        chosen = self.settings | settings
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")}
        environment |= {f"TRAINING_{name}": value for name, value in chosen.items() if value is not None}
        asked = {"words": words, "folder": str(self.folder), "environment": environment | {"COLUMNS": "200"}}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        code = int(self.process.stdout.readline())
        return CompletedProcess(
            words, code, *((self.folder / name).read_text("utf-8") for name in ("stdout", "stderr"))
        )

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
def forked() -> Iterator["Popen[str]"]:
    """The process from which commands are forked."""
    words = [sys.executable, "-W", "ignore", "-m", "tests.training.commands.forked"]
    with Popen(words, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield process
        process.communicate()


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
def front(made: Path, tmp_path: Path, forked: "Popen[str]") -> Front:
    """The commands over a fresh copy of that database."""
    shutil.copy(made, tmp_path / "training.db")
    return Front(tmp_path, f"sqlite://{tmp_path / 'training.db'}", forked)


@pytest.fixture
def empty(tmp_path: Path, forked: "Popen[str]") -> Front:
    """The commands over a database with tables and nothing in them."""
    url = f"sqlite://{tmp_path / 'training.db'}"

    async def make() -> None:
        async with opened(url, create=True):
            pass

    asyncio.run(make())
    return Front(tmp_path, url, forked)
