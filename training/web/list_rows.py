"""Rows of a list as its address asks for them: one page with its neighbours, or all of them piece by piece."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.database.connection import connection
from training.parsing.text import folded
from training.web.lists import ListView, Row, cursor_text, stretches

PIECE = 250
"""Rows that a file reads at once: few enough to be named in the statements that complete them."""

MOST_COUNTED = 1_000
"""Rows that are counted one by one: of a nation nobody is helped by the number of all, and counting reads all."""

Found = QuerySet[Any] | list[Row]
"""Where the rows of a list are: in the database, or in memory, where only Python can tell which they are."""

Complete = Callable[[list[Row], Any], Awaitable[list[Row]]]
"""Adds to the rows of one page what takes statements of its own, for whoever reads it."""


@dataclass(frozen=True)
class ListPage:
    """One page: its rows, how many there are in all, and the cursors of its neighbours, "" where there is none.

    Where there are more than MOST_COUNTED in all, `total` is one more than these.
    """

    rows: list[Row]
    total: int
    previous: str
    following: str


def narrowed(found: Found, view: ListView, me: Any) -> Found:
    """Narrows a query, or rows in memory, by the filters of the address."""
    for one in view.listing.filters:
        asked = view.filters.get(one.key, "")
        if isinstance(found, list):
            found = [row for row in found if one.keeps(row, asked)] if one.keeps and asked else found
        elif one.narrow and one.key in view.filters:
            found = found.filter(one.narrow(me, view.filters[one.key]))
    return found


async def as_they_are(rows: list[Row], _: Any) -> list[Row]:
    """Completes nothing: the rows of most lists are whole when they are read."""
    return rows


async def page_of(found: Found, view: ListView, me: Any, *, complete: Complete = as_they_are) -> ListPage:
    """Reads the page that the address asks for of what was narrowed."""
    found, complete = await _at_hand(found, view, me, complete)
    size = view.size
    total = min(len(found), MOST_COUNTED + 1) if isinstance(found, list) else await _count(found)
    rows = await _read(found, view, me, size + 1)
    more, rows = len(rows) > size, rows[:size]
    if view.before:
        rows.reverse()
    back, on = (more, True) if view.before else (view.cursor is not None, more)
    if not rows:
        return ListPage([], total, "", "")
    first, last = (cursor_text(row[view.sort.name], row["id"]) for row in (rows[0], rows[-1]))
    return ListPage(await complete(rows, me), total, first if back else "", last if on else "")


async def pieces_of(
    found: Found, view: ListView, me: Any, *, complete: Complete = as_they_are
) -> AsyncIterator[list[Row]]:
    """Reads all rows of what was narrowed in their order, however many, a piece at a time."""
    found, complete = await _at_hand(found, view, me, complete)
    at = replace(view, cursor=None, before=False)
    most = len(found) if isinstance(found, list) else PIECE
    while rows := await _read(found, at, me, most):
        last = rows[-1]
        yield await complete(rows, me)
        if len(rows) < most:
            return
        at = replace(at, cursor=(last[view.sort.name], last["id"]))


async def _count(found: QuerySet[Any]) -> int:
    """Counts rows, and stops at the first beyond MOST_COUNTED."""
    first = found.order_by().limit(MOST_COUNTED + 1).values("id")
    first.sql()  # which makes the statement
    them, values = first.query.get_parameterized_sql()
    rows = await connection().execute_query_dict(f"SELECT COUNT(*) AS many FROM ({them}) AS rows", values)  # noqa: S608 - with its parameters
    return int(rows[0]["many"])


async def _at_hand(found: Found, view: ListView, me: Any, complete: Complete) -> tuple[Found, Complete]:
    """Reads all rows where they are sorted by what only completing them tells."""
    if isinstance(found, list) or not view.sort.late:
        return found, complete
    return await complete(list(await found.values("id", *view.listing.fields)), me), as_they_are


async def _read(found: Found, view: ListView, me: Any, most: int) -> list[Row]:
    if isinstance(found, list):
        return _among(found, view, most)
    rows: list[Row] = []
    annotated = found.annotate(**view.sort.worked_out(me.today))
    fields = dict.fromkeys(("id", view.sort.name, *view.listing.fields))
    for stretch in stretches(view):
        asked = annotated.filter(stretch.wanted) if stretch.wanted != Q() else annotated
        rows += await asked.order_by(*stretch.order).limit(most - len(rows)).values(*fields)
        if len(rows) == most:
            break
    return rows


def _among(rows: list[Row], view: ListView, most: int) -> list[Row]:
    """Finds the next rows among those in memory, in the order in which the database would give them."""
    sort = view.sort

    def place(value: Any, row_id: Any) -> tuple[bool, Any, str]:
        told = "" if value is None else folded(value) if isinstance(value, str) else value
        return (value is None) is not view.descending, told, str(row_id)

    placed = sorted(((place(row[sort.name], row["id"]), row) for row in rows), key=lambda one: one[0])
    up = view.descending == view.before
    if not up:
        placed.reverse()
    if view.cursor:
        at = place(*view.cursor)
        placed = [one for one in placed if (one[0] > at if up else one[0] < at)]
    return [row for _, row in placed[:most]]
