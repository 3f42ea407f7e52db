"""Lengths of time in years, months, weeks and days, and the arithmetic of local days."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_LENGTH = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Length:
    """A length such as P1Y6M: whole months are added first, then days."""

    months: int
    days: int
    text: str = ""

    @classmethod
    def of(cls, text: str) -> "Length":
        """Read an ISO 8601 length; raises ValueError for anything else."""
        found = _LENGTH.fullmatch(text)
        if not found:
            raise ValueError(f"{text} is no length")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(12 * years + months, 7 * weeks + days, text)

    def about_days(self) -> int:
        """About how many days it has, for comparing two lengths."""
        return self.months * 365 // 12 + self.days


def add(day: date, length: Length, times: int = 1) -> date:
    """The day that lies so many lengths later; a day that the month lacks becomes its last day."""
    return _days_later(_months_later(day, length.months * times), length.days * times)


def subtract(day: date, length: Length) -> date:
    """The day that lies one length earlier."""
    return _days_later(_months_later(day, -length.months), -length.days)


def first_reaching(day: date, length: Length) -> date:
    """The first day from which one length reaches the given day."""
    first = _days_later(subtract(day, length), -4)
    while add(first, length) < day:
        first += ONE_DAY
    return first


def next_day(day: date) -> date:
    """The day after."""
    return day + ONE_DAY if day < date.max else day


def next_month_and_day(after: date, month_and_day: str, not_before: date) -> date:
    """The first such month and day (12-31) later than one day and not earlier than another."""
    month, day = (int(part) for part in month_and_day.split("-"))
    year = after.year
    while True:
        found = date(year, month, min(day, monthrange(year, month)[1]))
        if found > after and found >= not_before:
            return found
        year += 1


def latest(days: Iterable[date | None]) -> date | None:
    """The latest of the days that are known."""
    return max((day for day in days if day is not None), default=None)


def _months_later(day: date, months: int) -> date:
    if not months:
        return day
    count = day.year * 12 + day.month - 1 + months
    if not 12 <= count < 120000:
        return date.max if months > 0 else date.min
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _days_later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min
