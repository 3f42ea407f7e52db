"""Whatever a learner, two assessors and the central unit do in whatever order, the service says what the model says."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.certificates.machine import Walk

RUNS, STEPS = 6, 30


@pytest.mark.timeout(600)
def test_no_walk_through_certification_makes_anything_false_stand():
    # The same walks each time. What fails is told with all its steps; `./run soak machine` finds the fewest.
    walked = settings(
        max_examples=RUNS, stateful_step_count=STEPS, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    run_state_machine_as_test(Walk, settings=walked)
