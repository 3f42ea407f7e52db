"""How a certification stands on a day, as known on a day: every day at which something moves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from certificates.evaluations.standing import FROM_TO, WORDS, Change, Period, standing_on

D = date.fromisoformat
PERIOD = Period(
    starts=D("2024-03-01"),
    recorded=D("2024-03-02"),
    renewal_opens=D("2026-09-01"),
    ends=D("2027-02-28"),
    over=D("2027-03-31"),
)
SUSPENDED = Change("suspended", D("2025-05-01"), D("2025-05-03"), D("2025-06-30"))
WITHDRAWN = Change("withdrawn", D("2025-09-01"), D("2025-09-04"))


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2024-02-29", None),
        ("2024-03-01", "certified"),
        ("2026-08-31", "certified"),
        ("2026-09-01", "renewal_due"),
        ("2027-02-28", "renewal_due"),
        ("2027-03-01", "in_grace"),
        ("2027-03-31", "in_grace"),
        ("2027-04-01", "lapsed"),
    ],
)
def test_the_standing_moves_by_itself_on_the_day(day, standing):
    assert standing_on(PERIOD, [], D(day)) == standing


@pytest.mark.parametrize(
    ("changes", "as_of", "known_at", "standing"),
    [
        ([SUSPENDED], "2025-04-30", None, "certified"),
        ([SUSPENDED], "2025-05-01", None, "suspended"),
        ([SUSPENDED], "2025-06-30", None, "suspended"),
        ([SUSPENDED], "2025-07-01", None, "certified"),
        ([SUSPENDED], "2025-05-02", "2025-05-02", "certified"),
        ([SUSPENDED], "2025-05-02", "2025-05-03", "suspended"),
        ([SUSPENDED, WITHDRAWN], "2025-09-01", None, "withdrawn"),
        ([SUSPENDED, WITHDRAWN], "2025-09-01", "2025-09-03", "certified"),
        ([WITHDRAWN, Change("restored", D("2025-10-01"), D("2025-10-01"))], "2025-10-01", None, "certified"),
        ([WITHDRAWN, Change("restored", D("2025-10-01"), D("2025-10-01"))], "2025-09-30", None, "withdrawn"),
        ([], "2024-03-01", "2024-03-01", None),
        ([], "2024-03-01", "2024-03-02", "certified"),
    ],
)
def test_a_change_counts_from_its_day_and_only_once_it_is_known(changes, as_of, known_at, standing):
    assert standing_on(PERIOD, changes, D(as_of), D(known_at) if known_at else None) == standing


days = some.dates(D("2024-01-01"), D("2028-12-31"))
changes = some.lists(
    some.builds(Change, state=some.sampled_from(sorted(FROM_TO)), effective=days, recorded=days, until=some.none()),
    max_size=4,
)


@given(changes, days, days, some.integers(1, 400))
def test_what_is_recorded_later_never_changes_what_was_known(made, as_of, known_at, later):
    after = Change("withdrawn", as_of, known_at + timedelta(days=later))
    assert standing_on(PERIOD, [*made, after], as_of, known_at) == standing_on(PERIOD, made, as_of, known_at)


def test_every_standing_has_a_word_and_a_way_out_or_an_end():
    assert {state for states in FROM_TO.values() for state in states} <= set(WORDS)
    assert not any("replaced" in states for states in FROM_TO.values()), "what is replaced stays so"
