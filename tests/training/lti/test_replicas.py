"""One launch posted to two processes of the service at once: whoever is first is let in, and nobody else."""

from pathlib import Path

import pytest

from tests.benchmarks.replicas import admitted, two_replicas
from tests.today import true_clock
from tests.training.databases import POSTGRES

__all__ = ["true_clock"]

ROUNDS = 25


@pytest.mark.skipif(not POSTGRES, reason="only PostgreSQL serves two processes")
def test_a_launch_posted_four_times_at_once_to_two_replicas_succeeds_once(tmp_path: Path):
    with two_replicas(tmp_path) as (platform, replicas):
        assert [admitted(platform, replicas, person) for person in range(ROUNDS)] == [1] * ROUNDS
