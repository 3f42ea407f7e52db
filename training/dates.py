"""Writes days and hours as people read them, by the clocks of the place that the service is for."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

LONDON = ZoneInfo("Europe/London")


def day(value: date | datetime | str, language: str = "en") -> str:
    """Writes a day as "3 March 2027"."""
    value = date.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(value, datetime):
        value = value.astimezone(LONDON)
    return format_date(value, "d MMMM y", locale=language)


def moment(value: datetime, language: str = "en") -> str:
    """Writes a moment as "3 March 2027, 2:05pm" in local time."""
    local = value.astimezone(LONDON)
    hour = format_time(local, "h:mma", locale="en").lower().replace(":00", "")
    return f"{day(local, language)}, {hour}"
