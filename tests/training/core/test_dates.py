"""Days belong to a zone: when they begin, when they end, and which one a moment falls on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.core.dates import DEFAULT_ZONE, day, end_of, local_day, moment, start_of, zones

LONDON, CAIRO, KIRITIMATI = "Europe/London", "Africa/Cairo", "Pacific/Kiritimati"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "zone", "falls_on"),
    [
        ("2026-07-01T22:59:59", LONDON, date(2026, 7, 1)),
        ("2026-07-01T23:30", LONDON, date(2026, 7, 2)),
        ("2026-07-02T00:30", LONDON, date(2026, 7, 2)),
        ("2026-12-01T23:30", LONDON, date(2026, 12, 1)),
        ("2026-03-29T00:30", LONDON, date(2026, 3, 29)),
        ("2026-03-29T23:30", LONDON, date(2026, 3, 30)),
        ("2026-10-24T23:30", LONDON, date(2026, 10, 25)),
        ("2026-10-25T23:30", LONDON, date(2026, 10, 25)),
        ("2028-02-28T23:30", LONDON, date(2028, 2, 28)),
        ("2028-02-29T23:59:59", LONDON, date(2028, 2, 29)),
        ("2026-07-01T09:59", KIRITIMATI, date(2026, 7, 1)),
        ("2026-07-01T10:00", KIRITIMATI, date(2026, 7, 2)),
    ],
)
def test_a_moment_falls_on_the_day_that_the_clocks_of_the_zone_show(when, zone, falls_on):
    assert local_day(at(when), zone) == falls_on


@pytest.mark.parametrize(
    ("one", "zone", "begins", "hours"),
    [
        (date(2026, 7, 1), LONDON, "2026-06-30T23:00", 24),
        (date(2026, 12, 1), LONDON, "2026-12-01T00:00", 24),
        (date(2026, 3, 29), LONDON, "2026-03-29T00:00", 23),
        (date(2026, 10, 25), LONDON, "2026-10-24T23:00", 25),
        (date(2028, 2, 29), LONDON, "2028-02-29T00:00", 24),
        (date(2026, 4, 24), CAIRO, "2026-04-23T22:00", 23),  # clocks go forward at midnight itself
    ],
)
def test_a_day_begins_and_ends_where_its_clocks_say_also_when_they_change(one, zone, begins, hours):
    assert start_of(one, zone) == at(begins)
    assert end_of(one, zone) == at(begins) + timedelta(hours=hours, microseconds=-1)


@given(st.dates(date(1980, 1, 1), date(2036, 1, 1)), st.sampled_from(sorted(zones())))
def test_the_first_and_the_last_moment_of_a_day_are_of_that_day_and_their_neighbours_are_not(one, zone):
    first, last, next_one = start_of(one, zone), end_of(one, zone), timedelta.resolution
    if local_day(first, zone) == one:  # some islands have left a day out of their history
        assert local_day(last, zone) == one
        assert local_day(last + next_one, zone) > one


@pytest.mark.parametrize("zone", [LONDON, CAIRO, KIRITIMATI, "America/New_York"])
def test_the_first_and_the_last_day_of_the_calendar_begin_and_end_in_every_zone(zone):
    assert start_of(date.min, zone) < end_of(date.min, zone) < start_of(date.max, zone) < end_of(date.max, zone)


def test_a_moment_is_written_by_the_clocks_of_the_zone_and_never_as_a_day_without_one():
    assert moment(at("2026-07-01T23:30"), DEFAULT_ZONE) == "2 July 2026, 12:30am"
    assert moment(at("2026-07-01T23:30"), "Asia/Kolkata") == "2 July 2026, 5am"
    assert day(date(2028, 2, 29)) == "29 February 2028"
    with pytest.raises(TypeError):
        day(at("2026-07-01T23:30"))
