"""The week of the assessors whom somebody looks after: the visits of each, what waits to be rated, who has none."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from training.assessments.calibration.standing import assessors_for
from training.assessments.models import LEFT, Rater, visits_visible_to
from training.core.dates import hours, monday_of
from training.database.name_search import has_in_name
from training.parsing.csv import day as read_day
from training.people.actor import Actor
from training.people.lists.actions import PASSING
from training.people.lists.pages import answer_list
from training.people.models import Membership
from training.people.pages import with_site
from training.people.visibility import active_on
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row, view_of
from training.web.render import actor

HOME = "/assessments/week"
FIRST_WEEK, LAST_WEEK = date(1900, 1, 1), date(9998, 12, 28)
"""Mondays beyond which no week is shown: the calendar has no day before or after it to lead to."""
SIX_DAYS, WEEK_LONG = timedelta(days=6), timedelta(days=7)
ELSEWHERE = "somebody whom you do not see"
VISITS = """(SELECT COUNT(*) FROM assessments_rater part
    JOIN assessments_visit visit ON visit.assessment_id = part.assessment_id
    JOIN assessments_assessment held ON held.id = part.assessment_id
    WHERE part.person_id = people_person.id AND part.state <> 'left' AND visit.called_off IS NULL
    AND held.observed BETWEEN ':monday' AND ':sunday')"""
TO_RATE = """(SELECT COUNT(*) FROM assessments_rater part
    JOIN assessments_assessment held ON held.id = part.assessment_id
    LEFT JOIN assessments_visit visit ON visit.assessment_id = part.assessment_id
    WHERE part.person_id = people_person.id AND part.state = 'rating'
    AND (held.observed < :today OR (held.observed = :today AND visit.id IS NULL)))"""


WEEK = PagedList(
    HOME,
    "Assessors’ week",
    ("assessor", "assessors"),
    (
        ListColumn("name", "Assessor", ListSort("folded", nullable=True),
                   cell=lambda row: {"text": row["name"], "path": f"/people/{row['id']}"}),
        ListColumn("sites", "Site"),
        ListColumn("number", "Visits", ListSort(sql=VISITS, kind="number"), number=True),
        ListColumn("visits", "When, to whom and where", text=lambda row: "; ".join(row["visits"]),
                   cell=lambda row: {"lines": row["visits"] or ["No visit"]}),
        ListColumn("to_rate", "Wait for rating", ListSort(sql=TO_RATE, kind="number"), number=True),
    ),
    (
        ListFilter("query", "Name", lambda _, part: has_in_name(part)),
        ListFilter("site", "Site", with_site),
        ListFilter("day", "Week with this day", kind="day", today=True),
        ListFilter("load", "Visits", choices={"": "Any number", "some": "Some this week", "none": "None this week"}),
    ),
    fields=("name",),
    first_sort="name",
)  # fmt: skip


async def week(request: Request) -> Response:
    """Lists the assessors whom the actor looks after, with the visits of each in a week, this one unless asked."""
    me: Actor = actor(request)
    asked = view_of(WEEK, request.query_params).filters
    monday = min(max(monday_of(read_day(asked.get("day", "")) or me.today), FIRST_WEEK), LAST_WEEK)
    found = assessors_for(me, "manage people")
    if load := asked.get("load"):
        busy = Q(id__in=Subquery(_parts(monday).values("person_id")))
        found = found.filter(busy if load == "some" else ~busy)
    return await answer_list(
        request, "visits/week.html", _of_week(monday), found, complete=partial(_with_visits, monday=monday),
        monday=monday, sunday=monday + SIX_DAYS, now_here=monday == monday_of(me.today),
        earlier=_path(request, monday - WEEK_LONG), later=_path(request, monday + WEEK_LONG),
        this_week=_path(request, None),
    )  # fmt: skip


def _parts(monday: date) -> QuerySet[Rater]:
    """The parts of raters in what is watched at a visit in a week."""
    parts = Rater.filter(assessment__observed__gte=monday, assessment__observed__lte=monday + SIX_DAYS)
    return parts.filter(assessment__visit__id__isnull=False, assessment__visit__called_off__isnull=True).exclude(
        state=LEFT
    )


def _of_week(monday: date) -> PagedList:
    """Returns the list with the days of a week in the statements that sort it."""

    def within(sort: ListSort) -> ListSort:
        sunday = (monday + SIX_DAYS).isoformat()
        return replace(sort, sql=sort.sql.replace(":monday", monday.isoformat()).replace(":sunday", sunday))

    return replace(WEEK, columns=tuple(replace(it, sort=within(it.sort)) if it.sort else it for it in WEEK.columns))


def _path(request: Request, monday: date | None) -> str:
    """Returns the address of the same list in another week, or in this one."""
    kept = {key: value for key, value in request.query_params.items() if key not in {*PASSING, "day"} and value}
    query = urlencode(kept | ({"day": monday.isoformat()} if monday else {}))
    return f"{HOME}?{query}" if query else HOME


async def _with_visits(rows: list[Row], me: Actor, *, monday: date) -> list[Row]:
    """Adds to some assessors their sites, their visits of a week, and how many assessments wait for their rating."""
    people = [row["id"] for row in rows]  # of one page, or one piece of a file
    held = Membership.filter(active_on(me.today), person_id__in=people, site_id__isnull=False)
    sites = defaultdict[UUID, set[str]](set)
    for row in await held.values("person_id", site="site__name"):
        sites[row["person_id"]].add(row["site"])
    parts = await _parts(monday).filter(person_id__in=people).order_by("assessment__visit__starts", "id").values(
        "person_id", "assessment_id", starts="assessment__visit__starts", ends="assessment__visit__ends",
        place="assessment__visit__place", whom="assessment__person__name",
    )  # fmt: skip
    among = visits_visible_to(me).filter(assessment_id__in=[row["assessment_id"] for row in parts])
    seen = set(await among.values_list("assessment_id", flat=True))
    visits = defaultdict[UUID, list[str]](list)
    for row in parts:
        visits[row["person_id"]].append(_words(row, me, seen=row["assessment_id"] in seen))
    waiting = defaultdict[UUID, int](int)
    due = Q(assessment__observed__lt=me.today)
    due |= Q(assessment__observed=me.today, assessment__visit__id__isnull=True)
    for row in await Rater.filter(due, person_id__in=people, state="rating").values("person_id"):
        waiting[row["person_id"]] += 1
    return [
        row | {"sites": ", ".join(sorted(sites[row["id"]])), "visits": visits[row["id"]],
               "number": len(visits[row["id"]]), "to_rate": waiting[row["id"]]}
        for row in rows
    ]  # fmt: skip


def _words(row: Mapping[str, Any], me: Actor, *, seen: bool) -> str:
    when = hours(row["starts"], row["ends"], me.zone)
    return f"{when}: {row['whom']}, {row['place']}" if seen else f"{when}: {ELSEWHERE}"
