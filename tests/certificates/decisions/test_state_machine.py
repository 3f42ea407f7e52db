"""Whatever a learner, two assessors and the central unit do in whatever order, the service says what the model says."""

from collections.abc import Iterator

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


@pytest.fixture
def walk() -> Iterator[Walk]:
    """A walk whose steps a test takes by itself; each is compared with the model."""
    begun = Walk()
    yield begun
    begun.teardown()


def test_a_case_that_waits_is_looked_at_again_when_who_signed_for_it_is_suspended(walk):
    walk.begins(with_address=False, already=("shown",))
    walk.all_is_as_the_model_says()
    walk.assessor_is_changed(ago=0, ends=False, state="suspended", who="bruno")
    walk.all_is_as_the_model_says()
    walk.assessor_is_changed(ago=0, ends=False, state="restored", who="bruno")
    walk.all_is_as_the_model_says()


def test_a_paper_that_is_corrected_and_then_taken_back_leaves_nothing(walk):
    walk.begins(with_address=False, already=())
    walk.paper_is_recorded(ago=0, ends=False, what="first aid")
    walk.paper_is_corrected(ago=0, ends=False, which=0)
    walk.all_is_as_the_model_says()
    walk.paper_is_taken_back(which=0)
    walk.all_is_as_the_model_says()
