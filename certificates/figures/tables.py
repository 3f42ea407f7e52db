"""A table of figures as values: columns with their definitions, rows with the list behind each number; pure."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

MOST_DRAWN = 15
"""Lines of a chart: the longest ones."""
WHOLE = ""
"""Key of the row that tells of everything."""


@dataclass(frozen=True)
class FigureColumn:
    """One figure: its key, its heading, and what it counts."""

    key: str
    heading: str
    definition: str


@dataclass(frozen=True)
class Figure:
    """A number, and what it was on the day that it is compared with."""

    number: int
    before: int | None = None

    @property
    def change(self) -> str:
        """Says how it differs from the day that it is compared with."""
        if self.before is None:
            return ""
        more = self.number - self.before
        return f"{more:+,}".replace("-", "−") if more else "no change"


@dataclass(frozen=True)
class FigureRow:
    """The figures of one area, site or whatever they are told apart by.

    `names` says in an address which row it is, `depth` how far below another it stands.
    """

    key: str
    name: str
    figures: Mapping[str, Figure]
    names: Mapping[str, str]
    depth: int = 0


Behind = Callable[[str, FigureRow], str]
"""Gives the address of the list behind a figure of a row, by its column; "" where there is none."""


@dataclass(frozen=True)
class FigureTable:
    """Figures of one kind: the first row tells of everything, which is less than the others where one stands in two."""

    columns: Sequence[FigureColumn]
    rows: Sequence[FigureRow]
    behind: Behind
    notes: Sequence[str] = ()


@dataclass
class ColumnTotals:
    """What was counted so far: of everything, and by key, each by column."""

    whole: Counter[str] = field(default_factory=Counter)
    parts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, keys: Iterable[str], figures: Mapping[str, int]) -> None:
        """Adds numbers to some keys; to everything by `WHOLE`."""
        for key in keys:
            self.of(key).update(figures)

    def of(self, key: str) -> Counter[str]:
        """Gives what was counted under a key."""
        return self.whole if key == WHOLE else self.parts.setdefault(key, Counter())


def digest_of(question: Mapping[str, str], table: FigureTable) -> str:
    """Gives the SHA-256 of a question and of all numbers that answer it, whatever rows and columns are called."""
    rows = [[row.key, sorted((key, one.number, one.before) for key, one in row.figures.items())] for row in table.rows]
    told = json.dumps([sorted(question.items()), sorted(rows)], separators=(",", ":"))
    return sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class DrawnFigure:
    """One line of a chart: `width` is from 0 to 100 along the line."""

    name: str
    words: str
    width: float


@dataclass(frozen=True)
class FigureChart:
    """A chart of numbers, one line under the other, all beginning at nought."""

    title: str
    lines: Sequence[DrawnFigure]


def charts_of(table: FigureTable, by: str) -> Sequence[FigureChart]:
    """Draws all figures of everything, and the first figure of each row: of many rows, the largest."""
    whole, first = table.rows[0], table.columns[0]
    every = [(one.heading, whole.figures[one.key].number) for one in table.columns if one.key in whole.figures]
    rows = [(row.name.strip(), row.figures[first.key].number) for row in table.rows[1:] if first.key in row.figures]
    largest = sorted(rows, key=lambda one: -one[1])[:MOST_DRAWN]
    told = ("Everything together", every), (f"{first.heading} by {by.lower()}", [one for one in rows if one in largest])
    return [FigureChart(title, _drawn(bars)) for title, bars in told if any(number for _, number in bars)]


def _drawn(bars: Sequence[tuple[str, int]]) -> Sequence[DrawnFigure]:
    most = max(number for _, number in bars)
    return [DrawnFigure(name, f"{number:,}", round(100 * number / most, 1)) for name, number in bars[:MOST_DRAWN]]
