"""Does work in processes of its own and kills them at random moments: what the programs share that look for halves."""

import argparse
import asyncio
import os
import random
import signal
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.certificates.world import HOME
from training.core.settings import Settings, load


def settings_of(url: str, folder: Path) -> Settings:
    """Gives the settings of a service in a folder, over a database of its own."""
    return load(
        _env_file=None, database_url=url, public_url=HOME, secret_key="s" * 40, pdf=False,
        storage_url=str(folder / "files"), mail_url=f"file:{folder}/mail",
    )  # fmt: skip


def killed_once_begun(act: Callable[[int], Coroutine[Any, Any, None]], wait: Callable[[], None]) -> bool:
    """Kills a process that acts without an end, after a wait; False where it had ended by itself.

    `act` is given what it writes to once it has begun; only from then on is it waited.
    """
    begun, begins = os.pipe()
    child = os.fork()
    if not child:
        try:
            asyncio.run(act(begins))
        finally:
            os._exit(1)
    os.close(begins)
    os.read(begun, 1)
    os.close(begun)
    wait()
    os.kill(child, signal.SIGKILL)
    return not os.WIFEXITED(os.waitpid(child, 0)[1])


class Kills(ABC):
    """A service in a folder, over a database of its own, in which processes begin and are killed.

    What a process has done it writes to `acknowledged`, a line for each act: a word, and the key of a row.
    """

    def __init__(self, url: str, folder: Path, rounds: int, chance: random.Random) -> None:
        self.settings = settings_of(url, folder)
        self.folder, self.rounds, self.chance = folder, rounds, chance
        self.acknowledged = folder / "acknowledged"
        self.wrong: list[str] = []

    def run(self) -> dict[str, object]:
        """Does all the rounds; gives what was acknowledged and what is wrong."""
        asyncio.run(self.prepare())
        for number in range(self.rounds):
            if not self.kill(number):
                self.wrong.append(f"round {number} ended by itself")
            asyncio.run(self.look())
        asyncio.run(self.finish())
        return {
            "rounds": self.rounds,
            "acknowledged": dict(sorted(self.acts().items())),
            "wrong": sorted(set(self.wrong)),
        }

    def said(self) -> list[str]:
        """Gives the lines of what was acknowledged."""
        return self.acknowledged.read_text().splitlines() if self.acknowledged.exists() else []

    def acts(self) -> Counter[str]:
        """Counts what was acknowledged, by its word."""
        return Counter(line.split()[0] for line in self.said())

    @abstractmethod
    async def prepare(self) -> None:
        """Makes what the processes act on."""

    @abstractmethod
    def kill(self, number: int) -> bool:
        """Begins a process and kills it; False where it had ended by itself."""

    @abstractmethod
    async def look(self) -> None:
        """Finds what was acknowledged and is not there, and what is there by half."""

    @abstractmethod
    async def finish(self) -> None:
        """Does what is left, and looks whether it can be done."""


def killed_within(seconds: float, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
    """Kills a process some seconds after it was forked, whether its work is done by then or not."""
    child = os.fork()
    if not child:
        asyncio.run(work())
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def asked(words: list[str], about: str | None, *, rounds: int) -> tuple[str, Path, int, random.Random]:
    """Reads from the command line which database and folder, how many rounds, and what chance begins with."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args(words)
    return chosen.url, chosen.folder, chosen.rounds, random.Random(chosen.seed)
