"""A process that merges and undoes is killed at random moments: all of it is done or nothing, and it can be undone."""

from pathlib import Path

import pytest

from tests.benchmarks.kills import killed
from tests.stories.records import own_database

ROUNDS = 10
"""A few of them; `./run soak kills` does fifty on each database."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_merge_is_done_or_not_and_what_was_said_stands(kind: str, tmp_path: Path) -> None:
    with own_database(kind) as url:
        found = killed(url or f"sqlite://{tmp_path}/killed.db", tmp_path, ROUNDS, program="tests.killed_merges")
    assert found["wrong"] == []
    assert found["rounds"] == ROUNDS and found["acknowledged"]
