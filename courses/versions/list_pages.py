"""The list of top-ups: who is asked for what is new in a course, until when, and who is late."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery

from courses.versions.models import top_ups_visible_to
from training.core.dates import day
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.models import Membership
from training.people.visibility import active_on
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList
from training.web.render import actor

FIRST_SITE = (
    "(SELECT min(lower(s.name)) FROM people_membership m JOIN sites_site s ON s.id = m.site_id"
    " WHERE m.person_id = courses_top_up.person_id AND m.starts <= :today AND (m.ends IS NULL OR m.ends >= :today))"
)
WORD = (
    "(CASE WHEN courses_top_up.state = 'open' AND courses_top_up.due < :today THEN 'late'"
    " ELSE courses_top_up.state END)"
)
ASKED = "(CASE WHEN courses_top_up.whole THEN 'the whole course' ELSE 'what is new' END)"
STATES = {"open": "Not done yet", "late": "Late", "done": "Done", "called off": "Not asked any more"}


def _in_state(me: Actor, state: str) -> Q:
    late = Q(state="open", due__lt=me.today)
    return late if state == "late" else Q(state=state)


def _at_site(me: Actor, part: str) -> Q:
    held = Membership.filter(active_on(me.today) & has_in_name(part, "site__"))
    return Q(person_id__in=Subquery(held.values("person_id")))


TOP_UPS = PagedList(
    "/courses/top-ups",
    "Top-ups",
    ("top-up", "top-ups"),
    (
        ListColumn("name", "Name", ListSort("person__folded", nullable=True), text=lambda row: row["person__name"],
                   cell=lambda row: {"text": row["person__name"], "path": f"/courses/of/{row['person_id']}"}),
        ListColumn("site", "Site", ListSort(sql=FIRST_SITE, nullable=True)),
        ListColumn("course", "Course", ListSort("version__course__slug"), text=lambda row: row["course"]),
        ListColumn("version", "Version", ListSort("version__number"), text=lambda row: row["version__number"]),
        ListColumn("asked", "Asked for", ListSort(sql=ASKED),
                   text=lambda row: "The whole course" if row["whole"] else "What is new"),
        ListColumn("due", "Last day", ListSort("due", "day"), cell=lambda row: day(row["due"])),
        ListColumn("state", "State", ListSort(sql=WORD), text=lambda row: row["word"],
                   cell=lambda row: {"tag": row["word"]}),
    ),
    (
        ListFilter("query", "Name", lambda _, part: has_in_name(part, "person__")),
        ListFilter("state", "State", _in_state, choices={"": "Any state", **STATES}),
        ListFilter("course", "Course", lambda _, slug: Q(version__course__slug=slug), choices={}),
        ListFilter("site", "Site", _at_site),
        ListFilter("before", "Last day before", kind="day", narrow=lambda _, on: Q(due__lt=date.fromisoformat(on))),
    ),
    fields=("person_id", "person__name", "version__title", "version__number", "whole", "due", "state"),
    first_sort="due",
)  # fmt: skip


async def top_ups(request: Request) -> Response:
    """Lists who is asked for what is new in which course, until when, and how that stands."""
    me: Actor = actor(request)
    found = top_ups_visible_to(me)
    rows = await found.order_by("version__published").values("version__title", slug="version__course__slug")
    known = {row["slug"]: _title(row) for row in rows}
    listing = TOP_UPS.offering(course={"": "Any course", **known})
    return await answer_list(request, "versions/top_ups.html", listing, found, complete=_with_sites,
                             back=("Courses", "/courses"))  # fmt: skip


async def _with_sites(rows: list[dict[str, Any]], me: Actor) -> list[dict[str, Any]]:
    """Adds where each belongs today, and how their top-up stands."""
    among = Membership.filter(active_on(me.today), person_id__in=[row["person_id"] for row in rows])
    sites: dict[UUID, set[str]] = defaultdict(set)
    for person, site in await among.filter(site_id__isnull=False).values_list("person_id", "site__name"):
        sites[person].add(site)
    return [
        row | {
            "site": ", ".join(sorted(sites[row["person_id"]], key=str.lower)),
            "course": _title(row),
            "word": STATES["late" if row["state"] == "open" and row["due"] < me.today else row["state"]],
        }
        for row in rows
    ]  # fmt: skip


def _title(row: dict[str, Any]) -> str:
    return str(next(iter(row["version__title"].values()), ""))
