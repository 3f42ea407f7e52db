"""The list of places: who is, was or will be on which programme, where, between which days, and who pays."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q

from certificates.participation.views import state_of
from training.core.dates import day
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.programmes.models import holding_on, places_for
from training.sites.models import Programme
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor

STATES = {"": "All", "holds": "Holds", "later": "Begins later", "over": "Over", "taken_back": "Taken back"}


def _in_state(me: Actor, state: str) -> Q:
    kept = Q(taken_back__isnull=True)
    return {
        "holds": holding_on(me.today),
        "later": kept & Q(starts__gt=me.today),
        "over": kept & Q(ends__lt=me.today),
        "taken_back": Q(taken_back__isnull=False),
    }[state]


STATE = f"""CASE WHEN programmes_place.taken_back IS NOT NULL THEN '{STATES["taken_back"]}'
    WHEN programmes_place.starts > :today THEN '{STATES["later"]}'
    WHEN programmes_place.ends IS NULL OR programmes_place.ends >= :today THEN '{STATES["holds"]}'
    ELSE '{STATES["over"]}: ' || programmes_place.end_reason END"""
PLACES = PagedList(
    "/programmes/places",
    "Places on programmes",
    ("place", "places"),
    (
        ListColumn("person", "Name", ListSort("person__folded", nullable=True), text=lambda row: row["person__name"],
                   cell=lambda row: {"text": row["person__name"], "path": f"/people/{row['person_id']}/programmes"}),
        ListColumn("programme", "Programme", ListSort("programme__title"), text=lambda row: row["programme__title"]),
        ListColumn("site", "Site", ListSort("site__name", fold=True, nullable=True),
                   text=lambda row: row["site__name"] or "The whole unit"),
        ListColumn("starts", "From", ListSort("starts", "day"), cell=lambda row: day(row["starts"])),
        ListColumn("ends", "To", ListSort("ends", "day", nullable=True),
                   cell=lambda row: day(row["ends"]) if row["ends"] else "no end"),
        ListColumn("funding", "Paid by", ListSort("funding", fold=True)),
        ListColumn("state", "State", ListSort(sql=STATE), text=lambda row: row["state"]),
    ),
    (
        ListFilter("query", "Name", lambda _, part: has_in_name(part, "person__")),
        ListFilter("programme", "Programme", lambda _, slug: Q(programme__slug=slug), choices={}),
        ListFilter("site", "Site", lambda _, part: has_in_name(part, "site__")),
        ListFilter("state", "State", _in_state, choices=STATES),
        ListFilter("on", "Held on", kind="day", narrow=lambda _, on: holding_on(date.fromisoformat(on))),
        ListFilter("funding", "Paid by", lambda _, part: Q(funding__icontains=part)),
    ),
    fields=("person_id", "person__name", "programme__title", "site__name", "starts", "ends", "end_reason", "funding",
            "taken_back"),
    first_sort="person",
)  # fmt: skip


async def places(request: Request) -> Response:
    """Lists the places of the people whom the actor may see."""
    me: Actor = actor(request)
    known = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("slug", "title")
    programmes = {"": "All programmes", **dict(known)}
    return await answer_list(
        request, "participation/places.html", PLACES.offering(programme=programmes), places_for(me, "see people"),
        complete=_standing, back=("People", "/people"),
    )  # fmt: skip


async def _standing(rows: list[Row], me: Actor) -> list[Row]:
    """Says of each place how it stands today."""
    return [
        row | {"state": state_of((row["starts"], row["ends"]), me.today, end_reason=row["end_reason"],
                                 taken_back=bool(row["taken_back"]))}
        for row in rows
    ]  # fmt: skip
