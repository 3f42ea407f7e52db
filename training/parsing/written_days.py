"""Days as people and spreadsheets write them: 2020-04-03, 3.4.2020, 3 Apr 20, 43924; pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal

Order = Literal["day", "month"]
"""What stands first in 03/04/2020."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_NUMBERS = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?: .*)?")
_WORDS = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[-/. ]+)?([^\W\d_]{3,})\.?[-/. ,]+(?:(\d{1,2})(?:st|nd|rd|th)?,? +)?(\d{4}|\d{2})"
)
_SERIAL = re.compile(r"\d{5}")
_EXCELS_FIRST = date(1899, 12, 30)
"""Excel counts days from here, as it takes 1900 for a leap year."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURY = 100
_AHEAD = 30
"""Years of two digits up to so many are of this century."""


def order_of(texts: Iterable[str]) -> Order | None:
    """Tells from the days of a column what stands first; None where each of them may be read both ways."""
    votes = {"day": 0, "month": 0}
    for text in texts:
        if found := _NUMBERS.fullmatch(text):
            first, second = int(found[1]), int(found[2])
            votes["day"] += first > 12 >= second
            votes["month"] += second > 12 >= first
    if votes["day"] == votes["month"]:
        return None
    return "day" if votes["day"] > votes["month"] else "month"


def is_ambiguous(text: str) -> bool:
    """Tells whether a day reads differently by what stands first."""
    found = _NUMBERS.fullmatch(text)
    return found is not None and int(found[1]) <= 12 and int(found[2]) <= 12 and found[1] != found[2]


def read_day(text: str, order: Order = "day") -> date | None:
    """Reads a day; None when it is none."""
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _NUMBERS.fullmatch(text):
            first, second = (int(found[1]), int(found[2])) if order == "day" else (int(found[2]), int(found[1]))
            return date(_year(found[3]), second, first)
        if (found := _WORDS.fullmatch(text)) and (found[1] or found[3]) and not (found[1] and found[3]):
            month = _MONTHS.index(found[2][:3].lower()) + 1
            return date(_year(found[4]), month, int(found[1] or found[3]))
    except ValueError:
        return None
    return _EXCELS_FIRST + timedelta(days=int(text)) if _SERIAL.fullmatch(text) else None


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return year + 2000 if year <= _AHEAD else year + 2000 - _CENTURY
