"""Runs the suites one after the other: SQLite, PostgreSQL, then the tests that start programs: browsers and others."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import a_postgres

PYTEST = [sys.executable, "-m", "pytest", "-q"]
AT_ONCE = ["-n", "3", "--dist", "load"]
"""On two cores: the third uses the time in which others wait for a database or a program."""
BY_FILE = ["-n", "3", "--dist", "loadscope", "--no-loadscope-reorder"]
"""What a file's tests start is started once, and files begin in the order in which they are found."""
LONGEST = [
    "tests/stories/test_main_job.py",
    "tests/browser/test_every_page.py",
    "tests/test_authorisation.py",
    "tests/training/app/test_long_lists.py",
    "tests/training/trail/test_tampering.py",
    "tests/certificates/decisions/test_state_machine.py",
]
"""These begin first (`conftest.py` sees to it): at the end the other processes wait for a test of a minute."""
WITH_PROGRAMS = ["tests/stories", "tests/browser", "tests/third_party"]
REST = [*(f"--ignore={folder}" for folder in WITH_PROGRAMS), "tests"]
DATABASE_TESTS = ["tests/training", "tests/courses", "tests/certificates"]
ON_ONE_DATABASE = [f"--ignore=tests/{folder}" for folder in ("training/commands", "certificates/walks")]
"""Commands are told their database by their tests; walks ask no question that a shorter test does not ask of both."""


def main(arguments: list[str]) -> int:
    """Runs everything, or with arguments only what pytest is told; gives the exit code."""
    if arguments:
        return subprocess.call([*PYTEST, *arguments])
    with a_postgres() as postgres, _beforehand():
        failed = [] if _passed([*AT_ONCE, *REST], postgres) else ["SQLite"]
        skipped = []
        if not postgres:
            skipped.append("PostgreSQL: none answers at TRAINING_TEST_POSTGRES, and none is installed")
        elif not _passed([*AT_ONCE, *ON_ONE_DATABASE, *DATABASE_TESTS], postgres, TRAINING_TEST_DATABASE=postgres):
            failed.append("PostgreSQL")
        if not _passed([*BY_FILE, *WITH_PROGRAMS], postgres):
            failed.append("browser, stories and programs of others")
    return _told(failed, skipped)


@contextmanager
def _beforehand() -> Iterator[None]:
    """Makes the environments of programs of others while tests that need none run."""
    words = [sys.executable, "-m", "tests.third_party.environments"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        yield


def _passed(arguments: list[str], postgres: str | None, **settings: str) -> bool:
    print(f"\n== {' '.join(arguments)}", flush=True)
    there = {"TRAINING_TEST_POSTGRES": postgres} if postgres else {}
    return subprocess.call([*PYTEST, *arguments], env=os.environ | there | settings) == 0


def _told(failed: list[str], skipped: list[str]) -> int:
    for words in skipped:
        print(f"skipped: {words}")
    if skipped and os.environ.get("CI") == "true":
        failed.append("skipped in CI")
    print(f"suites failed: {', '.join(failed)}" if failed else "all suites passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
