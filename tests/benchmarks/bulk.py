"""How long it takes to issue certificates to many at once: rehearsed, issued, withdrawn again."""

import argparse
import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.issuing_many import measured


def options(parser: argparse.ArgumentParser) -> None:
    """Says for how many."""
    parser.add_argument("--many", type=int, default=200)


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Measures milliseconds of one processor for each certificate: what else runs on the machine does not count."""
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(measured(Path(folder), chosen.many))
    for name, seconds in told.items():
        yield Figure(f"a certificate {name}", 1000 * seconds / chosen.many, "ms CPU", at_most=150)
