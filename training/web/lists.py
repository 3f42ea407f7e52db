"""A list declared as columns and filters; the address that says how it is sorted, filtered and which page; pure."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.functions import Lower

from training.core.dates import day
from training.parsing.csv import day as read_day
from training.parsing.text import uuid_of

Row = dict[str, Any]
Cursor = tuple[Any, UUID]
"""The sort value of a row, and its id: together they stand once in a list."""
LONGEST_CURSOR = 4_000
LARGEST_NUMBER = 2**62
MOST_ROWS_SHOWN = 200
"""Rows of a page, where the address says how many (`rows`)."""
SORTED_BY = "sorted_by"
"""What a sort value is called in a statement that works it out."""


@dataclass(frozen=True)
class ListSort:
    """How the database sorts by a column: `path` to a field, with `fold` whatever the capitals; or by `sql`.

    `sql` is an expression about one row of the list, in which `:today` stands for the day of whoever reads it. Rows
    without a value come last in both directions. What is `late` is known once all rows are complete: then they are
    sorted in memory by the value `path`, so it suits short lists.
    """

    path: str = ""
    kind: Literal["text", "number", "day", "moment"] = "text"
    fold: bool = False
    nullable: bool = False
    sql: str = ""
    late: bool = False

    def worked_out(self, today: date) -> Mapping[str, Any]:
        """Returns the annotation that the statement needs, if the sort value is no field."""
        if self.sql:
            return {SORTED_BY: RawSQL(self.sql.replace(":today", f"'{today.isoformat()}'"))}
        return {SORTED_BY: Lower(self.path)} if self.fold else {}

    @property
    def name(self) -> str:
        """Names the sort value in the statement."""
        return SORTED_BY if self.sql or self.fold else self.path


@dataclass(frozen=True)
class ListColumn:
    """One column: its key in the address, its heading, how it is sorted, what a file says, and what a cell shows.

    Without `text` a file says the value of the key; without `cell` the page shows the same as the file.
    """

    key: str
    heading: str
    sort: ListSort | None = None
    text: Callable[[Row], str] | None = None
    cell: Callable[[Row], Any] | None = None
    number: bool = False

    def written(self, row: Row) -> str:
        """Returns what a file says of a row."""
        if self.text:
            return self.text(row)
        value = row[self.key]
        return "" if value is None else str(value)

    def shown(self, row: Row) -> Any:
        """Returns what a cell of the page shows of a row, as the macro `table` takes it."""
        return self.cell(row) if self.cell else self.written(row)


@dataclass(frozen=True)
class ListFilter:
    """One filter: its key in the address, its label, and how it narrows the query for whoever reads the list.

    `choices` is value → words; without it something is typed. A value that is no choice, or no day, narrows nothing.
    Where the rows stand in memory, `keeps` tells of one whether it stays. What the page narrows by itself has neither.
    A day that is `today` unless another is asked for says so in its field.
    """

    key: str
    label: str
    narrow: Callable[[Any, str], Q] | None = None
    choices: Mapping[str, str] | None = None
    kind: Literal["text", "day"] = "text"
    keeps: Callable[[Row, str], bool] | None = None
    today: bool = False

    def taken(self, typed: str) -> str:
        """Returns what was asked for, or "" where the filter does not know it."""
        if self.choices is not None:
            return typed if typed in self.choices else ""
        if self.kind == "day":
            return typed if read_day(typed) else ""
        return typed.strip()[:200]

    def words(self, value: str) -> str:
        """Returns the filter in words."""
        known = read_day(value) if self.kind == "day" else None
        said = self.choices.get(value, value) if self.choices else day(known) if known else value
        return f"{self.label}: {said.strip()}"


@dataclass(frozen=True)
class PagedList:
    """A list: where it stands, what it is called, its columns and filters, and how it is sorted at first.

    `path` names it to saved filters as well. `nouns` are one and many of what it lists. `fields` are read of each row,
    by the names of a query's `values`, beside the id.
    """

    path: str
    title: str
    nouns: tuple[str, str]
    columns: tuple[ListColumn, ...]
    filters: tuple[ListFilter, ...] = ()
    fields: tuple[str, ...] = ()
    first_sort: str = ""
    page_size: int = 50

    def offering(self, **choices: Mapping[str, str]) -> "PagedList":
        """Returns the list with the choices of some filters, by key, that are known only when it is read."""
        known = [replace(one, choices=choices.get(one.key, one.choices)) for one in self.filters]
        return replace(self, filters=tuple(known))

    def column(self, key: str) -> ListColumn:
        """Finds a column by its key."""
        return next(one for one in self.columns if one.key == key)


@dataclass(frozen=True)
class ListView:
    """What an address asks of a list; `lost` says that it named a page which nobody can read."""

    listing: PagedList
    filters: Mapping[str, str] = field(default_factory=dict)
    sorted_by: str = ""
    cursor: Cursor | None = None
    before: bool = False
    lost: bool = False
    size: int = 0

    @property
    def descending(self) -> bool:
        """Tells whether the largest comes first."""
        return self.sorted_by.startswith("-")

    @property
    def column(self) -> ListColumn:
        """Gives the column by which the list is sorted."""
        return self.listing.column(self.sorted_by.removeprefix("-"))

    @property
    def sort(self) -> ListSort:
        """Gives the way in which the list is sorted."""
        found = self.column.sort
        assert found is not None
        return found

    def query(self, **more: str) -> str:
        """Returns the address of this view from the question mark on, without a page."""
        sort = {} if self.sorted_by == self.listing.first_sort else {"sort": self.sorted_by}
        rows = {} if self.size == self.listing.page_size else {"rows": str(self.size)}
        return urlencode({**self.filters, **sort, **rows, **more})

    def sorted(self, sorted_by: str) -> "ListView":
        """Returns the first page of the same rows, sorted otherwise."""
        return replace(self, sorted_by=sorted_by, cursor=None, before=False)

    def next_sort(self, column: ListColumn) -> str:
        """Returns how a click on a heading sorts: by the column, or the other way round where it is sorted so."""
        return f"-{column.key}" if self.sorted_by == column.key else column.key

    def words(self) -> str:
        """Returns the filters and the order in words."""
        told = [one.words(self.filters[one.key]) for one in self.listing.filters if one.key in self.filters]
        direction = "last to first" if self.descending else "first to last"
        return "; ".join([*told, f"Sorted by {self.column.heading.lower()}, {direction}"])

    def file_name(self, today: date) -> str:
        """Returns the name of a file of these rows, with the day and the filters, without its ending."""
        told = [self.listing.title, today.isoformat(), *(f"{name} {value}" for name, value in self.filters.items())]
        return re.sub(r"[^\w.]+", "-", " ".join(told).lower()).strip("-")[:120]


def view_of(listing: PagedList, asked: Mapping[str, str]) -> ListView:
    """Reads an address. What it cannot read counts as not said, and a page that is none as the first."""
    given = {one.key: one.taken(asked.get(one.key, "")) for one in listing.filters}
    wanted = asked.get("sort", "")
    sortable = {one.key for one in listing.columns if one.sort}
    sorted_by = wanted if wanted.removeprefix("-") in sortable else listing.first_sort
    rows = asked.get("rows", "")
    size = int(rows) if re.fullmatch("[1-9][0-9]{0,2}", rows) else listing.page_size
    size = min(size, MOST_ROWS_SHOWN)
    view = ListView(listing, {name: value for name, value in given.items() if value}, sorted_by, size=size)
    for name in ("after", "before"):
        if text := asked.get(name, ""):
            cursor = _read_cursor(text, view.sort)
            return replace(view, cursor=cursor, before=name == "before", lost=cursor is None)
    return view


def cursor_text(value: Any, row_id: UUID) -> str:
    """Writes where a page begins or ends, as it stands in an address."""
    said = value.isoformat() if isinstance(value, date) else value
    return base64.urlsafe_b64encode(json.dumps([said, str(row_id)]).encode()).decode().rstrip("=")


def _read_cursor(text: str, sort: ListSort) -> Cursor | None:
    try:
        padded = text[:LONGEST_CURSOR] + "=" * (-len(text) % 4)
        value, row_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        known = uuid_of(row_id)
        if known is None or (value is None and not sort.nullable):
            return None
        return (None if value is None else _READERS[sort.kind](value)), known
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:  # PostgreSQL takes no such text
        raise ValueError
    value.encode()  # nor half a letter
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST_NUMBER < value < LARGEST_NUMBER:
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "day": date.fromisoformat,
    "moment": _moment,
}


@dataclass(frozen=True)
class Stretch:
    """Rows that come one after the other in a list: a condition, and the order in which the database gives them."""

    wanted: Q
    order: tuple[str, ...]


def stretches(view: ListView) -> Iterator[Stretch]:
    """Lists what is read in turn until a page is full: rows with a sort value, then those without.

    From a cursor on; for the page before one, both the stretches and the rows in them come the other way round.
    """
    # The two are asked for apart, as the databases disagree on where NULLs go, and neither could use an index else.
    sort, up = view.sort, view.descending == view.before
    sign = "" if up else "-"
    valued = Stretch(_beyond(view, up=up), (f"{sign}{sort.name}", f"{sign}id"))
    if not sort.nullable:
        yield valued
        return
    empty = _is(f"{sort.name}__isnull", True)
    rest = Stretch(empty, (f"{sign}id",))
    filled = Stretch(_is(f"{sort.name}__isnull", False) & valued.wanted, valued.order)
    if view.cursor and view.cursor[0] is None:
        on = Stretch(empty & _is(f"id__{'gt' if up else 'lt'}", view.cursor[1]), rest.order)
        yield from (on, filled) if view.before else (on,)
    elif view.before:
        yield filled
    else:
        yield from (filled, rest)


def _beyond(view: ListView, *, up: bool) -> Q:
    if view.cursor is None or view.cursor[0] is None:
        return Q()
    (value, row_id), name, further = view.cursor, view.sort.name, "gt" if up else "lt"
    # Written so that an index leads to the place: a plain OR would be read from the beginning of the list.
    return _is(f"{name}__{further}e", value) & (_is(f"{name}__{further}", value) | _is(f"id__{further}", row_id))


def _is(name: str, value: Any) -> Q:
    given: dict[str, Any] = {name: value}
    return Q(**given)


def headings(view: ListView, path: str) -> list[Any]:
    """Lists the headings of a table: those by which it can be sorted lead to it sorted so."""
    told: list[Any] = []
    for one in view.listing.columns:
        sort = view.next_sort(one)
        now = ("descending" if view.descending else "ascending") if one is view.column else ""
        leads = {"path": f"{path}?{view.sorted(sort).query()}", "sorted": now} if one.sort else {}
        told.append({"text": one.heading, **leads} if leads else one.heading)
    return told


def orders(view: ListView) -> list[tuple[str, str]]:
    """Lists the ways of sorting as choices of a form."""
    columns: Sequence[ListColumn] = [one for one in view.listing.columns if one.sort]
    ends = {"text": ("A to Z", "Z to A"), "number": ("lowest first", "highest first")}
    told = []
    for one in columns:
        assert one.sort is not None
        up, down = ends.get(one.sort.kind, ("earliest first", "latest first"))
        told += [(one.key, f"{one.heading}, {up}"), (f"-{one.key}", f"{one.heading}, {down}")]
    return told
