"""How long it takes to bring a workforce over from one workbook: people, earlier certificates, records."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.taking_over import imported


def options(parser: argparse.ArgumentParser) -> None:
    """Says how much of the workforce."""
    parser.add_argument("--scale", type=float, default=1.0)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures seconds of one processor: what else runs on the machine does not count."""
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(imported(chosen.scale, Path(folder)))
    sheets = [one for one in told if "rehearsed" in one]
    for one in sheets:
        yield Figure(f"{one['sheet']} rehearsed", float(one["rehearsed"]), "s CPU")
        yield Figure(f"{one['sheet']} taken over", float(one["written"]), "s CPU")
    yield Figure("all rehearsed", sum(float(one["rehearsed"]) for one in sheets), "s CPU", at_most=60 * chosen.scale)
    yield Figure("all taken over", sum(float(one["written"]) for one in sheets), "s CPU", at_most=300 * chosen.scale)
    yield Figure("all undone", float(told[-1]["undone"]), "s CPU")
