"""Runs commands in processes forked from one that has read the service's files: reading them takes seconds.

That process takes a line of JSON for each on standard input (words, folder, environment, and what time it is for
whoever asks), and answers with its exit code.
"""

import gc
import json
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen

import time_machine

from training.__main__ import main

ROOT = Path(__file__).parents[1]


class Forks:
    """The other process, seen from here."""

    def __init__(self, process: "Popen[str]") -> None:
        self._process = process

    def run(self, words: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> "CompletedProcess[str]":
        """Runs a command to its end."""
        asked = {"words": words, "folder": str(folder), "environment": dict(environment)}
        asked["now"] = datetime.now(UTC).isoformat()
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        assert self._process.stdout is not None
        code = int(self._process.stdout.readline())
        return CompletedProcess(words, code, *((folder / name).read_text("utf-8") for name in ("stdout", "stderr")))


@contextmanager
def forks() -> Iterator[Forks]:
    """Starts the other process, and ends it."""
    words = [sys.executable, "-W", "ignore", "-m", "tests.forked"]
    with Popen(words, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield Forks(process)
        process.communicate()


def serve() -> None:
    """Runs one command after the other, until nobody asks for more."""
    gc.collect()
    gc.freeze()  # what was read before the fork is not looked through again at the end of each, which takes the longest
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(**json.loads(line))
            main()
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(words: list[str], folder: str, environment: dict[str, str], now: str) -> None:
    time_machine.travel(datetime.fromisoformat(now), tick=True).start()
    os.chdir(folder)
    for stream, name in enumerate(("/dev/null", "stdout", "stderr")):
        os.dup2(os.open(name, os.O_RDONLY if stream == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
    os.environ.clear()
    os.environ.update(environment)
    warnings.simplefilter("ignore")
    sys.argv = ["training", *words]


if __name__ == "__main__":
    serve()
