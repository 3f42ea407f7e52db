"""Runs the suites one after the other: SQLite, PostgreSQL, the browser; names at the end what was skipped."""

import asyncio
import os
import shutil
import subprocess
import sys

import asyncpg

PYTEST = [sys.executable, "-m", "pytest", "-q"]
AT_ONCE = ["-n", "2", "--dist", "loadgroup"]
EACH_ITS_DEMO = ["-n", "2", "--dist", "loadscope"]
LIKELY = "postgres://postgres@127.0.0.1:5432/postgres"
DATABASE_TESTS = ["tests/training", "tests/courses", "tests/certificates"]
OWN_DATABASE = "--ignore=tests/training/commands"
"""Commands are told their database by their tests."""
BROWSER_TESTS = ["tests/browser", "tests/stories"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main(arguments: list[str]) -> int:
    """Runs everything, or with arguments only what pytest is told; gives the exit code."""
    if arguments:
        return subprocess.call([*PYTEST, *arguments])
    failed, skipped = [], []
    if _failed([*AT_ONCE, *(f"--ignore={folder}" for folder in BROWSER_TESTS), "tests"], {}):
        failed.append("SQLite")
    if postgres := _postgres():
        on_postgres = {"TRAINING_TEST_DATABASE": postgres}
        if _failed([*AT_ONCE, OWN_DATABASE, *DATABASE_TESTS], on_postgres):
            failed.append("PostgreSQL")
    else:
        skipped.append("PostgreSQL: none answers at TRAINING_TEST_POSTGRES")
    if any(shutil.which(name) for name in CHROMIUM):
        if _failed([*EACH_ITS_DEMO, *BROWSER_TESTS], {}):
            failed.append("browser")
    else:
        skipped.append("browser: no Chromium on this machine")
    return _told(failed, skipped)


def _failed(arguments: list[str], environment: dict[str, str]) -> bool:
    print(f"\n== {' '.join(arguments)}", flush=True)
    return subprocess.call([*PYTEST, *arguments], env=os.environ | environment) != 0


def _postgres() -> str | None:
    url = os.environ.get("TRAINING_TEST_POSTGRES", LIKELY)

    async def answers() -> bool:
        try:
            connection = await asyncpg.connect(url, timeout=3)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.close()
        return True

    return url if asyncio.run(answers()) else None


def _told(failed: list[str], skipped: list[str]) -> int:
    for words in skipped:
        print(f"skipped: {words}")
    if skipped and os.environ.get("CI") == "true":
        failed.append("skipped in CI")
    print(f"suites failed: {', '.join(failed)}" if failed else "all suites passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
