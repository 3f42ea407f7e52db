"""Lengths and days: months first, then days; a day that the month lacks becomes its last day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.parsing.lengths import Length, add, first_reaching, next_month_and_day, subtract

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
LENGTHS = st.builds(
    lambda years, months, weeks, days: Length.of(f"P{years}Y{months}M{weeks}W{days}D"),
    st.integers(0, 5), st.integers(0, 20), st.integers(0, 9), st.integers(0, 60),
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "length", "times", "later"),
    [
        (date(2026, 1, 31), "P1M", 1, date(2026, 2, 28)),
        (date(2024, 1, 31), "P1M", 1, date(2024, 2, 29)),
        (date(2026, 1, 31), "P1M", 2, date(2026, 3, 31)),
        (date(2024, 2, 29), "P1Y", 1, date(2025, 2, 28)),
        (date(2026, 1, 31), "P1M1D", 1, date(2026, 3, 1)),
        (date(2025, 8, 31), "P6M", 1, date(2026, 2, 28)),
        (date(2026, 1, 1), "P1Y6M2W3D", 1, date(2027, 7, 18)),
        (date(9999, 12, 31), "P1Y", 1, date.max),
    ],
)
def test_a_length_later(day: date, length: str, times: int, later: date) -> None:
    assert add(day, Length.of(length), times) == later


@pytest.mark.parametrize("text", ["", "P", "3 years", "PT1H", "P1D1Y", "P-1Y", "1Y", "P1.5Y"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="no length"):
        Length.of(text)


def test_backwards_a_missing_day_becomes_the_last_day_of_the_month() -> None:
    assert subtract(date(2026, 3, 31), Length.of("P1M")) == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("after", "not_before", "found"),
    [
        (date(2024, 12, 15), date(2024, 12, 15), date(2025, 12, 15)),
        (date(2024, 12, 14), date(2024, 12, 14), date(2024, 12, 15)),
        (date(2024, 1, 1), date(2025, 12, 15), date(2025, 12, 15)),
        (date(2024, 1, 1), date(2025, 12, 16), date(2026, 12, 15)),
    ],
)
def test_the_next_month_and_day(after: date, not_before: date, found: date) -> None:
    assert next_month_and_day(after, "12-15", not_before) == found


@given(DAYS, LENGTHS)
def test_the_first_day_that_reaches_another_reaches_it_and_the_day_before_does_not(day: date, length: Length) -> None:
    first = first_reaching(day, length)
    assert add(first, length) >= day > add(date.fromordinal(first.toordinal() - 1), length)


@given(DAYS, DAYS, LENGTHS)
def test_a_later_day_never_ends_earlier(one: date, other: date, length: Length) -> None:
    first, second = sorted((one, other))
    assert add(first, length) <= add(second, length)
