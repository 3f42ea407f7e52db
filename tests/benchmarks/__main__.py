"""Measures, and tells whether the figures are what they should be: `python -m tests.benchmarks [NAME…] [OPTIONS]`."""

import argparse
import sys
from types import ModuleType

from tests.benchmarks import (
    bulk,
    drafts,
    films,
    fuzz,
    imports,
    junk,
    kills,
    lti,
    machine,
    nation,
    rehearsal,
    replicas,
    soak,
    trail,
)
from tests.benchmarks.figures import told

BENCHMARKS: dict[str, ModuleType] = {
    "lti": lti, "junk": junk, "replicas": replicas, "trail": trail, "soak": soak, "machine": machine, "fuzz": fuzz,
    "kills": kills, "drafts": drafts, "films": films, "imports": imports, "bulk": bulk, "nation": nation,
    "rehearsal": rehearsal,
}  # fmt: skip
"""What can be named; each has `options` (of its own) and `figures` (what it measures)."""
LONG = ("soak", "machine", "fuzz", "kills", "drafts", "films", "imports", "bulk", "nation", "rehearsal")
"""What runs only when it is named."""


def main(arguments: list[str]) -> int:
    """Runs the benchmarks that are named, or all short ones; gives the exit code. Options go with a single name."""
    names = [word for word in arguments if word in BENCHMARKS]
    options = [word for word in arguments if word not in BENCHMARKS]
    if options and len(names) != 1:
        print(f"usage: bench [NAME…] or bench NAME [OPTIONS]; names: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    met = True
    for name in names or [name for name in BENCHMARKS if name not in LONG]:
        benchmark = BENCHMARKS[name]
        parser = argparse.ArgumentParser(prog=f"bench {name}", description=benchmark.__doc__)
        benchmark.options(parser)
        met = told(name, benchmark.figures(parser.parse_args(options))) and met
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
