"""SIGKILL at random moments of issue, withdraw, renew and merge, on each database: nothing by half, nothing lost."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure
from tests.benchmarks.places import database, kinds
from tests.third_party.programs import ROOT, bare

PROGRAMS = {"certificates": "tests.killed", "merges": "tests.killed_merges"}
"""What is killed → the program that does it."""
ROUND_SECONDS = 30
"""Longest that a round may take, as a rule."""


def options(parser: argparse.ArgumentParser) -> None:
    """Says how often it is killed."""
    parser.add_argument("--kills", type=int, default=100, help="rounds on each database; 0 leaves them out")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Kills again and again, and tells what was acknowledged and what is wrong."""
    for kind, why_not in kinds().items() if chosen.kills else ():
        if why_not:
            yield Figure(f"kills on {kind}", skipped=why_not)
            continue
        for what, program in PROGRAMS.items():
            with database(kind) as url, TemporaryDirectory(prefix="kills") as folder:
                found = killed(url, Path(folder), chosen.kills, program=program)
            yield Figure(f"kills on {kind}, {what}", found["rounds"], at_least=chosen.kills)
            for act, often in found["acknowledged"].items():
                yield Figure(f"    {act} and acknowledged", often)
            yield Figure(f"lost or by half on {kind}, {what}", len(found["wrong"]), at_most=0)
            for words in found["wrong"]:
                yield Figure(f"    {words}", 1)


def killed(url: str, folder: Path, rounds: int, *, program: str = "tests.killed") -> dict[str, object]:
    """Does the rounds in a program of its own, as they fork; gives what it found."""
    words = [sys.executable, "-W", "ignore", "-m", program, url, str(folder), "--rounds", str(rounds)]
    done = subprocess.run(
        words, cwd=ROOT, env=bare(), capture_output=True, text=True, timeout=60 + rounds * ROUND_SECONDS
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found
