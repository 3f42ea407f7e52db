"""The list behind the figures of people: whose place in a programme they count, and how far each had come."""

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import RawSQL

from certificates.figures.pages import days_of, question_from
from certificates.figures.people import PATH, WORDS, narrowed_places
from certificates.figures.people_sql import steps_sql
from certificates.register.pages import filters_of
from training.core.dates import day
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.web.languages import NAMES
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor

COME = ("trained", "assessed", "certified", "delivered", "supervised", "renewed")
"""The steps that a row tells of."""
PEOPLE = PagedList(
    PATH,
    "People on their way",
    ("place", "places"),
    (
        ListColumn("person", "Name", ListSort("person__folded", nullable=True), text=lambda row: row["person__name"],
                   cell=lambda row: {"text": row["person__name"], "path": f"/people/{row['person_id']}"}),
        ListColumn("programme", "Programme", ListSort("programme__title"), text=lambda row: row["programme__title"]),
        ListColumn("site", "Site", ListSort("site__name", fold=True, nullable=True),
                   text=lambda row: row["site__name"] or "The whole unit"),
        ListColumn("starts", "Place from", ListSort("starts", "day"), cell=lambda row: day(row["starts"])),
        ListColumn("funding", "Paid by", ListSort("funding", fold=True)),
        ListColumn("come", "Came to", text=lambda row: ", ".join(row["come"])),
    ),
    (
        ListFilter("step", "Step", choices={"": "All", **WORDS}),
        ListFilter("as_of", "On the day", kind="day", today=True),
        ListFilter("known_at", "As known on", kind="day"),
        ListFilter("area", "Area", choices={}),
        ListFilter("programme", "Programme", choices={}),
        ListFilter("at", "Code of the site"),
        ListFilter("reads", "Language", choices={"": "Any language", **NAMES}),
        ListFilter("background", "Background"),
        ListFilter("funding", "Paid by, in full"),
    ),
    fields=("person_id", "person__name", "programme__title", "site__name", "starts", "funding",
            *(f"is_{one}" for one in COME)),
    first_sort="person",
)  # fmt: skip


async def people(request: Request) -> Response:
    """Lists whom a figure counts."""
    me: Actor = actor(request)
    listing = await offered_to(me)
    filters = view_of(listing, request.query_params).filters
    asked = question_from(filters, me)
    steps = steps_sql(asked.moment(me.zone), me.zone)
    found = (await narrowed_places(me, asked, filters)).annotate(**{f"is_{one}": RawSQL(steps[one]) for one in COME})
    return await answer_list(
        request,
        "figures/people.html",
        listing,
        found,
        complete=_told,
        days=days_of(asked),
        back=("Figures", "/figures"),
    )


async def offered_to(me: Actor) -> PagedList:
    """Gives the list with the areas and programmes that can be asked about."""
    offered = await filters_of(me, {})
    return PEOPLE.offering(area=dict(offered["areas"]), programme=dict(offered["programmes"]))


async def _told(rows: list[Row], me: Actor) -> list[Row]:
    return [row | {"come": [WORDS[one] for one in COME if row[f"is_{one}"]]} for row in rows]
