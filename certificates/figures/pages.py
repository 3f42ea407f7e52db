"""The page of figures: chosen by what is shown, by what it is told apart, where and of which days; as files too."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import Response

from certificates.figures.certificates import expiring_table, standing_table
from certificates.figures.groups import groups_table
from certificates.figures.people import people_table
from certificates.figures.questions import (
    DIMENSIONS,
    OF_CERTIFICATES,
    OF_GROUPS,
    OF_PLACES,
    PATH,
    FigureQuestion,
    question_of,
)
from certificates.figures.tables import Behind, FigureTable, charts_of, digest_of
from certificates.register.pages import filters_of
from training.core import clock
from training.core.dates import day, moment
from training.parsing.csv import day as read_day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor

SHOWN: Mapping[str, tuple[str, Callable[[Actor, FigureQuestion], Awaitable[FigureTable]], Sequence[str]]] = {
    "standing": ("How certificates stand", standing_table, OF_CERTIFICATES),
    "expiring": ("Which certificates end, by month", expiring_table, ("area",)),
    "groups": ("How many groups could run", groups_table, OF_GROUPS),
    "people": ("Where people are lost on their way", people_table, OF_PLACES),
}
"""What can be shown → its title, what counts it, and by what it can be told apart."""
FIRST_SHOWN, FIRST_BY = "standing", "area"
FIGURES = PagedList(
    PATH,
    "Figures",
    ("row", "rows"),
    (),
    (
        ListFilter("show", "Show", choices={key: title for key, (title, _, _) in SHOWN.items()}),
        ListFilter("by", "By", choices=DIMENSIONS),
        ListFilter("as_of", "On the day", kind="day", today=True),
        ListFilter("known_at", "As known on", kind="day"),
        ListFilter("against", "Compared with the day", kind="day"),
        ListFilter("area", "Area", choices={}),
        ListFilter("programme", "Programme", choices={}),
    ),
    first_sort="name",
    page_size=50,
)


async def figures(request: Request) -> Response:
    """Shows the figures that the address asks for, with what each counts and the list behind it."""
    me: Actor = actor(request)
    offered = await offered_to(me)
    asked = asked_of(offered, request.query_params, me)
    title, count, _ = SHOWN[asked.show]
    table = await count(me, asked)
    by = "Month" if asked.show == "expiring" else DIMENSIONS[asked.by]
    columns = tuple(_column(one.key, one.heading, table.behind) for one in table.columns)
    name = ListColumn(
        "name", by, ListSort("place"), text=lambda row: row["name"], cell=lambda row: {"text": row["deep"]}
    )
    listing = replace(offered, columns=(name, *columns), title=title)
    definitions = [(one.heading, one.definition) for one in table.columns]
    days, now = days_of(asked), clock.now()
    fixed = replace(asked, known_at=asked.known_at or me.today)
    digest = digest_of(fixed.query(), table)
    return await answer_list(
        request, "figures/figures.html", listing, rows_of(table), definitions=definitions, notes=table.notes,
        charts=charts_of(table, by), asked=asked, days=days, ahead=asked.as_of > me.today, compared=bool(asked.against),
        digest=digest, extracted=now, again=fixed.path(), still_today=fixed.known_at == me.today,
        head=[days, f"Extracted {moment(now, me.zone)}; SHA-256 {digest}",
              *(f"{heading}: {words}" for heading, words in definitions), *table.notes],
    )  # fmt: skip


async def offered_to(me: Actor) -> PagedList:
    """Gives the list of figures with the areas and programmes that can be asked about."""
    offered = await filters_of(me, {})
    return FIGURES.offering(area=dict(offered["areas"]), programme=dict(offered["programmes"]))


def asked_of(listing: PagedList, told: Mapping[str, str], me: Actor) -> FigureQuestion:
    """Reads the question from an address; what it does not say, or nobody offers, is as on the first page."""
    return question_from({one.key: one.taken(told.get(one.key, "")) for one in listing.filters}, me)


def question_from(filters: Mapping[str, str], me: Actor) -> FigureQuestion:
    """Reads the question from filters that were taken; what is not told apart so is told apart by area."""
    days = {name: read_day(filters.get(name, "")) for name in ("as_of", "known_at", "against")}
    texts = {name: filters.get(name, "") for name in ("show", "by", "area", "programme")}
    show = texts["show"] or FIRST_SHOWN
    by = texts["by"] if texts["by"] in SHOWN[show][2] else FIRST_BY
    return question_of(texts | {"show": show, "by": by}, days, me)


def days_of(asked: FigureQuestion) -> str:
    """Says of which days the figures are."""
    known = f", as known on {day(asked.known_at)}" if asked.known_at else ""
    against = f"; compared with {day(asked.against)}" if asked.against else ""
    return f"On {day(asked.as_of)}{known}{against}"


def rows_of(table: FigureTable) -> list[Row]:
    """Gives the rows of a table as rows of a list, which sorts them as they stand unless it is asked otherwise."""
    return [
        {"id": uuid5(NAMESPACE_URL, row.key or "whole"), "place": f"{at:06}", "name": row.name,
         "deep": "\u2003" * row.depth + row.name, "row": row}
        | {key: one.number for key, one in row.figures.items()}
        for at, row in enumerate(table.rows)
    ]  # fmt: skip


def _column(key: str, heading: str, behind: Behind) -> ListColumn:
    def cell(row: Row) -> Any:
        one, path = row["row"].figures[key], behind(key, row["row"])
        shown = {"text": f"{one.number:,}", "more": one.change}
        return shown | ({"path": path} if one.number and path else {})

    return ListColumn(key, heading, ListSort(key, "number"), cell=cell, number=True)
