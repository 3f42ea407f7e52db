"""A power cut in the middle of follow-up work: the demo that starts again ends where an undisturbed one does."""

import time
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import Demo, running_demo
from tests.history import copied
from tests.stories.records import counts, rows, work_left

PATIENCE_SECONDS = 180
LOOK_AGAIN_SECONDS = 0.05
ENOUGH = 25
"""Pieces of work after which the power goes: the history of the demo brings hundreds."""
BY_CAUSE = "key NOT LIKE '%@%'"
"""Work that something caused; the other kind comes back by the clock, more often the longer a demo runs."""


@pytest.mark.timeout(600)
def test_killed_in_the_middle_of_its_work_it_ends_where_an_undisturbed_one_ends(seeded: Path, tmp_path: Path) -> None:
    with (
        running_demo(copied(seeded, tmp_path / "undisturbed")) as undisturbed,
        running_demo(copied(seeded, tmp_path / "struck")) as struck,
    ):
        _until(lambda: _done(struck) >= ENOUGH)
        struck.kill()
        begun = [key for (key,) in rows(struck, "SELECT key FROM trail_followup WHERE state = 'running'")]
        assert begun
        assert work_left(struck) > len(begun)
        struck.start()
        _let_the_leases_run_out(struck)
        for demo in (undisturbed, struck):
            _until(lambda demo=demo: work_left(demo) == 0)
        tried = dict(rows(struck, "SELECT key, attempts FROM trail_followup"))
        assert all(tried[key] >= 2 for key in begun)
        assert _end_of(struck) == _end_of(undisturbed)


def _done(demo: Demo) -> int:
    return int(rows(demo, f"SELECT count(*) FROM trail_followup WHERE state = 'done' AND {BY_CAUSE}")[0][0])


def _let_the_leases_run_out(demo: Demo) -> None:
    # What the killed process held is taken up when its lease of a minute is over: here the minute is over at once.
    rows(demo, "UPDATE trail_followup SET lease_until = '2020-01-01 00:00:00+00:00' WHERE state = 'running'")


def _end_of(demo: Demo) -> dict[str, Any]:
    ended = rows(demo, f"SELECT kind, state, count(*) FROM trail_followup WHERE {BY_CAUSE} GROUP BY 1, 2 ORDER BY 1, 2")
    made = "SELECT c.serial, c.progress, a.kind FROM certificates_certificate c JOIN certificates_artefact a"
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in demo.mails.glob("*.eml")]
    return {
        "work": ended,
        "rows": counts(demo),
        "artefacts": Counter(rows(demo, f"{made} ON a.certificate_id = c.id")),
        "bits": rows(demo, "SELECT count(*) FROM certificates_raised_bit"),
        "permissions": rows(demo, "SELECT count(*) FROM people_permission"),
        "mails": Counter((str(one["To"]), str(one["Subject"])) for one in letters),
    }


def _until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < end, "it never came to an end"
        time.sleep(LOOK_AGAIN_SECONDS)
