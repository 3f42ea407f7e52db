"""Local days: which one a moment falls on in a zone, when it begins and ends there, and how both are written."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_time

DEFAULT_ZONE = "Europe/London"


@cache
def zones() -> frozenset[str]:
    """Returns the names of all zones that this machine knows."""
    return frozenset(available_timezones())


def local_day(moment: datetime, zone: str) -> date:
    """Returns the day that a moment falls on in a zone: the only way from a moment to a day."""
    return moment.astimezone(ZoneInfo(zone)).date()


def moment_in(moment: datetime, zone: str) -> datetime:
    """Returns a moment by the clocks of a zone: which hour it is there, and on which day of the week."""
    return moment.astimezone(ZoneInfo(zone))


def monday_of(day: date) -> date:
    """Returns the Monday of the week that a day is in."""
    return day - timedelta(days=day.weekday())


def start_of(day: date, zone: str) -> datetime:
    """Returns the first moment of a day in a zone, in UTC."""
    # Where clocks go forward at midnight the day begins at one: the clock of the evening before leads there.
    return moment_at(day, time(), zone)


def end_of(day: date, zone: str) -> datetime:
    """Returns the last moment of a day in a zone, in UTC: the one end of whatever is good until that day.

    Cut to whole seconds, as credentials write it, it is the last second of the day.
    """
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return start_of(day + timedelta(days=1), zone) - timedelta.resolution


def moment_at(day: date, hour: time, zone: str) -> datetime:
    """Returns the moment of an hour of a day by the clocks of a zone, in UTC."""
    try:
        return datetime.combine(day, hour, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:  # the first day of the calendar begins before it, where clocks are ahead of UTC
        return (datetime.min if day.year == 1 else datetime.max).replace(tzinfo=UTC)


def day(value: date | str, language: str = "en") -> str:
    """Writes a day as "3 March 2027"; a moment has to become a day of some zone first."""
    if isinstance(value, datetime):
        raise TypeError("a moment is no day without a zone: ask local_day")
    return format_date(date.fromisoformat(value) if isinstance(value, str) else value, "d MMMM y", locale=language)


def moment(value: datetime, zone: str, language: str = "en") -> str:
    """Writes a moment as "3 March 2027, 2:05pm" by the clocks of a zone."""
    return f"{day(local_day(value, zone), language)}, {_hour(value, zone)}"


def hours(starts: datetime, ends: datetime, zone: str, language: str = "en") -> str:
    """Writes two moments of one day as "Tuesday 3 March 2027, 2pm to 4pm" by the clocks of a zone."""
    weekday = format_date(local_day(starts, zone), "EEEE", locale=language)
    return f"{weekday} {moment(starts, zone, language)} {_TO.get(language, 'to')} {_hour(ends, zone)}"


_TO = {"cy": "tan"}


def _hour(value: datetime, zone: str) -> str:
    return format_time(value.astimezone(ZoneInfo(zone)), "h:mma", locale="en").lower().replace(":00", "")
