"""A process that issues, renews and withdraws is killed at random moments: nothing is by half, what was said stands."""

from pathlib import Path

import pytest

from tests.benchmarks.kills import killed
from tests.stories.records import own_database

ROUNDS = 6
"""A few of them; `./run soak` does a hundred on each database."""


@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_was_acknowledged_is_stored_and_nothing_is_by_half(kind: str, tmp_path: Path) -> None:
    with own_database(kind) as url:
        found = killed(url or f"sqlite://{tmp_path}/killed.db", tmp_path, ROUNDS)
    assert found["wrong"] == []
    assert found["rounds"] == ROUNDS and found["acknowledged"]
