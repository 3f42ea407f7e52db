"""How a list is answered, as a page or as a file; and the forms that save and remove its filters."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from training.core.dates import day
from training.people.actor import Actor
from training.people.lists import actions
from training.people.lists.models import saved_by
from training.web.exports import KINDS, Cells, list_file
from training.web.list_rows import MOST_COUNTED, Complete, Found, ListPage, as_they_are, narrowed, page_of, pieces_of
from training.web.lists import ListView, PagedList, headings, orders, view_of
from training.web.render import actor, form, identity, redirect, render


class SavedFilterForm(BaseModel):
    """The form that saves the filters of a list."""

    listing: str = ""
    name: str = ""
    query: str = ""


async def answer_list(
    request: Request,
    template: str,
    listing: PagedList,
    found: Found,
    *,
    complete: Complete = as_they_are,
    choose: bool = False,
    status: int = 200,
    head: Sequence[str] = (),
    **told: Any,
) -> Response:
    """Answers with a page of a list, or with a file of all its rows where the address says `format`.

    `found` is what the reader may see: a query, or the rows themselves where only Python can tell which they are. The
    filters of the list narrow it here. With `choose` each row has a box to tick. `head` says more above a workbook.
    """
    me: Actor = actor(request)
    today = me.today.isoformat()
    said = {one.key: today for one in listing.filters if one.today}  # as good as unsaid: a saved filter asks anew
    view = view_of(listing, dict(request.query_params.items() - said.items()))
    wanted = narrowed(found, view, me)
    if (kind := request.query_params.get("format", "")) in KINDS:
        first_lines = [f"{listing.title}: extracted on {day(me.today)}", view.words(), *head]
        cells, columns = _cells(wanted, view, me, complete), [one.heading for one in listing.columns]
        return await list_file(view.file_name(me.today), kind, cells, columns=columns, head=first_lines)
    page = await page_of(wanted, view, me, complete=complete)
    rows = [_line(row, view, choose=choose) for row in page.rows]
    kept = await saved_by(me).filter(listing=listing.path).order_by("name", "id").values("id", "name", "query")
    return render(request, template, status, listing=_shown(view, page, rows, kept, today), **told)


def _line(row: dict[str, Any], view: ListView, *, choose: bool) -> list[Any]:
    """Returns the cells of a row; the first has a box to tick where rows are chosen."""
    first, *others = [column.shown(row) for column in view.listing.columns]
    named = first if isinstance(first, dict) else {"text": first}
    return [named | {"choose": row["id"] if choose else ""}, *others]


def _shown(
    view: ListView, page: ListPage, rows: list[list[Any]], kept: list[dict[str, Any]], today: str
) -> dict[str, Any]:
    """Returns what the macros of `parts/lists.html` show of one page of a list."""
    listing, (one, many) = view.listing, view.listing.nouns
    number = f"more than {MOST_COUNTED:,}" if page.total > MOST_COUNTED else f"{page.total:,}"
    return {
        "path": listing.path,
        "title": listing.title,
        "total": page.total,
        "many": number,
        "exact": page.total <= MOST_COUNTED,
        "counted": f"{number} {one if page.total == 1 else many}",
        "head": headings(view, listing.path),
        "numbers": [at for at, column in enumerate(listing.columns) if column.number],
        "rows": rows,
        "filters": [
            {"key": it.key, "label": it.label, "kind": it.kind, "asked": it.key in view.filters,
             "value": view.filters.get(it.key, today if it.today else ""),
             "choices": list(it.choices.items()) if it.choices is not None else None}
            for it in listing.filters
        ],
        "filtered": bool(view.filters),
        "savable": listing.path in actions.LISTS,
        "orders": orders(view),
        "sorted_by": view.sorted_by,
        "query": view.query(),
        "lost": view.lost,
        "previous_path": f"{listing.path}?{view.query(before=page.previous)}" if page.previous else "",
        "next_path": f"{listing.path}?{view.query(after=page.following)}" if page.following else "",
        "files": [(kind.upper(), f"{listing.path}?{view.query(format=kind)}") for kind in KINDS],
        "saved": [
            {**it, "path": f"{listing.path}?{it['query']}", "here": it["query"] == view.query()} for it in kept
        ],
    }  # fmt: skip


async def _cells(wanted: Found, view: ListView, me: Actor, complete: Complete) -> AsyncIterator[list[Cells]]:
    async for rows in pieces_of(wanted, view, me, complete=complete):
        yield [[column.written(row) for column in view.listing.columns] for row in rows]


async def save(request: Request) -> Response:
    """Saves the filters of a list under the name that was typed."""
    asked = await form(request, SavedFilterForm)
    found = await actions.save(asked.listing, asked.name, asked.query, actor=actor(request))
    return redirect(request, f"{found.listing}?{found.query}", notice=f"The filter “{found.name}” is saved.")


async def remove(request: Request) -> Response:
    """Removes a saved filter."""
    found = await actions.remove(identity(request), actor=actor(request))
    return redirect(request, found.listing, notice=f"The saved filter “{found.name}” is removed.")
