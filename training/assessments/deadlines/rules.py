"""By when an assessment has to be signed: two weeks after it was watched, or begun; twice that once extended; pure."""

from datetime import date, timedelta

DAYS = 14
EXTENDED = 2 * DAYS


def last_day(observed: date, opened: date, *, extended: bool) -> date:
    """Returns the last day on which all can sign what was watched, and begun, on these days."""
    return max(observed, opened) + timedelta(days=EXTENDED if extended else DAYS)
