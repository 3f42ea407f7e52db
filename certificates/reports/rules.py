"""Days that a question is about, when it is asked by itself, its digest, and how two answers differ; pure."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from training.core.dates import day, moment_at
from training.parsing.lengths import Length, subtract

MORNING = time(6)
"""The hour, by the clocks of the unit, at which a report is asked by itself."""
NEVER = ""
EVERY = {NEVER: "Only when somebody asks", "day": "Every day", "week": "Every Monday", "month": "The 1st of each month"}


def _month(one: date) -> date:
    return one.replace(day=1)


def _quarter(one: date) -> date:
    return date(one.year, one.month - (one.month - 1) % 3, 1)


def _before(one: date) -> date:
    return one - timedelta(days=1)


RELATIVE: Mapping[str, tuple[str, Callable[[date], date]]] = {
    "today": ("The day it is asked", lambda today: today),
    "yesterday": ("The day before it is asked", _before),
    "week_end": ("The last Sunday", lambda today: _before(today - timedelta(days=today.weekday()))),
    "month_start": ("The first day of this month", _month),
    "month_end": ("The last day of the month before", lambda today: _before(_month(today))),
    "quarter_start": ("The first day of this quarter", _quarter),
    "quarter_end": ("The last day of the quarter before", lambda today: _before(_quarter(today))),
    "year_start": ("The first day of this year", lambda today: date(today.year, 1, 1)),
    "year_end": ("The last day of the year before", lambda today: _before(date(today.year, 1, 1))),
}
"""Word for a day → how it is said, and which day it is when the question is asked."""
EARLIER: Mapping[str, tuple[str, Length]] = {
    "month": ("A month before that day", Length.of("P1M")),
    "quarter": ("Three months before that day", Length.of("P3M")),
    "year": ("A year before that day", Length.of("P1Y")),
}
"""Word for the day to compare with → how it is said, and how long before."""
SAME = "same"
"""Word for what was known at the end of the day itself."""


@dataclass(frozen=True)
class Days:
    """The days of a question: each a word of the tables above, a day as 2027-03-31, or "" where it is not asked."""

    as_of: str = "today"
    known_at: str = ""
    against: str = ""

    def on(self, today: date) -> dict[str, str]:
        """Gives the days as they are when the question is asked, by their names in an address."""
        as_of = RELATIVE[self.as_of][1](today) if self.as_of in RELATIVE else date.fromisoformat(self.as_of)
        known = str(as_of) if self.known_at == SAME else self.known_at
        against = str(subtract(as_of, EARLIER[self.against][1])) if self.against in EARLIER else self.against
        told = {"as_of": str(as_of), "known_at": known, "against": against}
        return {name: value for name, value in told.items() if value}

    def words(self) -> list[tuple[str, str]]:
        """Says the days."""
        told = [("On", RELATIVE[self.as_of][0] if self.as_of in RELATIVE else day(self.as_of))]
        if self.known_at:
            told.append(("As known on", "The same day" if self.known_at == SAME else day(self.known_at)))
        else:
            told.append(("As known", "When it is asked"))
        if self.against:
            told.append(("Compared with", EARLIER[self.against][0] if self.against in EARLIER else day(self.against)))
        return told


def latest(every: str, today: date) -> date:
    """Gives the last day, today or earlier, on which a report comes."""
    return {"day": today, "week": today - timedelta(days=today.weekday()), "month": _month(today)}[every]


def following(every: str, today: date) -> date:
    """Gives the first day after today on which a report comes."""
    month = (_month(today) + timedelta(days=31)).replace(day=1)
    week = today + timedelta(days=7 - today.weekday())
    return {"day": today + timedelta(days=1), "week": week, "month": month}[every]


def due_at(one: date, zone: str) -> datetime:
    """Gives the moment at which what comes on a day is due."""
    return moment_at(one, MORNING, zone)


def last_due(every: str, today: date, now: datetime, zone: str) -> date:
    """Gives the day of the last answer that is due by now; the nights before it that were missed are let go."""
    found = latest(every, today)
    return found if due_at(found, zone) <= now else latest(every, _before(found))


Row = Mapping[str, Any]
"""One row of an answer: `key`, which names it in each answer, and `cells` by column."""


@dataclass
class RunningDigest:
    """The SHA-256 of a question and of rows in the order of their keys, a line of JSON each; without any names."""

    question: Mapping[str, str]
    columns: Sequence[str]

    def __post_init__(self) -> None:
        """Begins with the question."""
        self._sum = sha256(_line([sorted(self.question.items()), list(self.columns)]))

    def add(self, rows: Iterable[Row]) -> None:
        """Adds rows, the next ones in order."""
        for row in rows:
            self._sum.update(_line([row["key"], *(row["cells"].get(name) for name in self.columns)]))

    def hex(self) -> str:
        """Gives what all of it comes to."""
        return self._sum.hexdigest()


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


@dataclass(frozen=True)
class RowChange:
    """How one row of an answer differs from the same row of the other: what it was and is, "" where it was not there.

    `cells` are (column, before, after).
    """

    key: str
    label: str
    what: str
    cells: Sequence[tuple[str, str, str]] = ()


ADDED, GONE, CHANGED = "new", "gone", "changed"


def changes(before: Iterable[Row], after: Iterable[Row], columns: Mapping[str, str]) -> list[RowChange]:
    """Lists how rows differ, by their keys; `columns` is column → heading."""
    was, now = {row["key"]: row for row in before}, {row["key"]: row for row in after}
    told = []
    for key in sorted({*was, *now}):
        old, new = was.get(key), now.get(key)
        label = (new or old or {}).get("label", "")
        if old is None or new is None:
            told.append(RowChange(key, label, GONE if new is None else ADDED))
        elif old["cells"] != new["cells"]:
            cells = [(heading, _said(old["cells"].get(name)), _said(new["cells"].get(name)))
                     for name, heading in columns.items()]  # fmt: skip
            told.append(RowChange(key, label, CHANGED, [one for one in cells if one[1] != one[2]]))
    return told


def _said(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value or "")
