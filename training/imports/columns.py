"""Columns of a table that somebody hands in: which of ours each is, and which way round its days are; pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.parsing.csv import CsvLine
from training.parsing.text import folded
from training.parsing.workbooks import TextSheet
from training.parsing.written_days import Order, is_ambiguous, order_of, read_day

TEXT, DAY = "text", "day"
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Column:
    """One column of ours: its name in files, what people call it, other names for it, and what to know of it."""

    name: str
    label: str
    kind: str = TEXT
    needed: bool = False
    known_as: tuple[str, ...] = ()
    hint: str = ""


Match = Mapping[str, str]
"""Our column → the header of theirs."""


def plain_name(text: str) -> str:
    """Gives the name of a column as it is compared: E-Mail, e_mail and email are one."""
    return _SIGNS.sub("", folded(text))


def matched(header: Sequence[str], columns: Iterable[Column]) -> dict[str, str]:
    """Finds for our columns those of theirs that are called so; each of theirs is taken once."""
    free = {plain_name(name): name for name in reversed(header)}
    found = {}
    for column in columns:
        names = map(plain_name, (column.name, column.label, *column.known_as))
        known = next((name for name in names if name in free), None)
        if known is not None:
            found[column.name] = free.pop(known)
    return found


def header_hash(header: Sequence[str]) -> str:
    """Names a header, so that the match of the next file with the same one is known."""
    return hashlib.sha256("\n".join(map(plain_name, header)).encode()).hexdigest()


def asks_order(sheet: TextSheet, match: Match, columns: Iterable[Column]) -> dict[str, str]:
    """Lists our columns whose days can be read both ways, each with an example."""
    days = {one.name: match[one.name] for one in columns if one.kind == DAY and one.name in match}
    return {
        name: example
        for name, header in days.items()
        if order_of(sheet.column(header)) is None
        and (example := next(filter(is_ambiguous, sheet.column(header)), None))
    }


@dataclass(frozen=True)
class SheetReader:
    """Reads the rows of a sheet as lines with our columns; days come out as 2020-04-03, all else as it stands."""

    sheet: TextSheet
    places: Mapping[str, int]
    orders: Mapping[str, Order]

    @classmethod
    def of(cls, sheet: TextSheet, match: Match, columns: Iterable[Column], order: Order) -> "SheetReader":
        """Makes the reader; a column of days that tells its order itself is read so, all others by the one chosen."""
        orders = {
            one.name: order_of(sheet.column(match[one.name])) or order
            for one in columns
            if one.kind == DAY and one.name in match
        }
        return cls(sheet, {name: sheet.header.index(header) for name, header in match.items()}, orders)

    def lines(self) -> list[CsvLine]:
        """Gives all lines."""
        return [CsvLine(number, self._values(cells)) for number, cells in self.sheet.rows]

    def _values(self, cells: Sequence[str]) -> dict[str, str]:
        found = {}
        for name, at in self.places.items():
            text = cells[at] if at < len(cells) else ""
            if text and name in self.orders and (day := read_day(text, self.orders[name])):
                text = day.isoformat()
            if text:
                found[name] = text
        return found
