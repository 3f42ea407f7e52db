"""Long walks of a learner, assessors and the central unit at random: the service says what a small model says."""

import argparse
import logging
import time
from collections.abc import Iterator

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import copies, shortcuts
from tests.benchmarks.figures import Figure
from tests.certificates.machine import Walk

RUNS, STEPS = 200, 50


def options(parser: argparse.ArgumentParser) -> None:
    """Says how many walks, how long, and which."""
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed gives the same walks")


def figures(chosen: argparse.Namespace) -> Iterator[Figure]:
    """Walks; what differs is printed with the fewest steps that lead to it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield Figure("seed", chosen.seed)
    walked = settings(
        max_examples=chosen.runs, stateful_step_count=chosen.steps, database=None, deadline=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    shortcuts.take()
    begun, differs = time.monotonic(), 0
    try:
        run_state_machine_as_test(seed(chosen.seed)(Walk), settings=walked)
    except Exception as error:  # of whatever kind: it names the steps
        differs = 1
        print("\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])]))
    finally:
        copies.removed()
    yield Figure("walks", chosen.runs)
    yield Figure("steps in each, at most", chosen.steps)
    yield Figure("took", (time.monotonic() - begun) / 60, "min")
    yield Figure("differences from the model", differs, at_most=0)
