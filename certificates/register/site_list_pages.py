"""The list of sites: how many at each may deliver, are stuck and run out, one statement each, however many sites."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from certificates.evaluations.changes import histories, period_of
from certificates.evaluations.models import Certification
from certificates.evaluations.standing import GOOD, standing_on
from certificates.register.sql import text
from training.core import clock
from training.database.name_search import has_in_name
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.models import Membership
from training.people.visibility import active_on, sites_for
from training.web.lists import MOST_ROWS_SHOWN, ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor

STUCK_AFTER = timedelta(days=30)
SOON = timedelta(days=90)
AT_WORK = ["trainee", "facilitator", "supervisor"]

COUNTS = {"deliver": "May deliver", "stuck": "Stuck", "expiring": "Expire soon"}
SITES = PagedList(
    "/sites",
    "Sites",
    ("site", "sites"),
    (
        ListColumn("name", "Site", ListSort("name", fold=True),
                   cell=lambda row: {"text": row["name"], "path": f"/sites/{row['id']}"}),
        ListColumn("code", "Code", ListSort("code", fold=True)),
        ListColumn("area", "Area", ListSort("area__name", fold=True), text=lambda row: str(row["area__name"])),
        *(ListColumn(key, words, ListSort(key, "number", late=True), number=True) for key, words in COUNTS.items()),
    ),
    (
        ListFilter("query", "Site or code", lambda _, part: has_in_name(part) | Q(code__iexact=part)),
        ListFilter("area", "Area", lambda _, part: Q(area__name__icontains=part)),
    ),
    fields=("name", "code", "area__name"),
    first_sort="name",
)  # fmt: skip


async def sites(request: Request) -> Response:
    """Lists the sites with their three counts."""
    found = sites_for(actor(request), "see people")
    return await answer_list(request, "register/sites.html", SITES, found, complete=_counted)


async def _counted(rows: list[Row], me: Actor) -> list[Row]:
    """Adds to some sites their three counts; the filter speaks of a membership by `site__…`."""
    few = len(rows) <= MOST_ROWS_SHOWN
    where = Q(site_id__in=[row["id"] for row in rows]) if few else Q(site__unit_id=me.unit_id)
    here = where & active_on(me.today) & Q(role__in=AT_WORK)
    found = {
        "deliver": await _deliver(here, me.today),
        "stuck": await _stuck(here, clock.now()),
        "expiring": await _expiring(here, me.today),
    }
    return [row | {name: number[row["id"]] for name, number in found.items()} for row in rows]


async def _deliver(here: Q, today: date) -> Counter[UUID]:
    live = Q(person__permissions__starts__lte=today, person__permissions__may__icontains="group")
    live &= Q(person__permissions__ends__isnull=True) | Q(person__permissions__ends__gte=today)
    rows = Membership.filter(here & live).annotate(number=Count("person_id", distinct=True)).group_by("site_id")
    return Counter({row["site_id"]: row["number"] for row in await rows.values("site_id", "number")})


async def _stuck(here: Q, now: datetime) -> Counter[UUID]:
    begun = Q(
        person__evaluations__slot__isnull=False,
        person__evaluations__standing="in_training",
        person__evaluations__awaiting=False,
    )
    rows = standing_still(Membership.filter(here & begun), "people_membership", now)
    counted = rows.annotate(number=Count("person__evaluations__id", distinct=True)).group_by("site_id")
    return Counter({row["site_id"]: row["number"] for row in await counted.values("site_id", "number")})


def standing_still(rows: QuerySet[Any], table: str, now: datetime) -> QuerySet[Any]:
    """Narrows rows of people to those who are not certified in anything, and of whom nothing changed for long.

    Whoever is certified delivers already, and is not stuck.
    """
    # Looked up for each, as of NOT IN PostgreSQL reads everybody who is certified.
    moves = f"""EXISTS (SELECT 1 FROM certificates_evaluation lately WHERE lately.person_id = {table}.person_id
        AND (lately.made >= {text(now - STUCK_AFTER)} OR lately.slot IS NOT NULL
            AND lately.standing IN ({", ".join(sorted(map(repr, GOOD)))})))"""  # noqa: S608 - no input
    return rows.annotate(moves=RawSQL(moves)).filter(moves=RawSQL("FALSE"))


async def _expiring(here: Q, today: date) -> Counter[UUID]:
    at_work = Membership.filter(here)
    held = Certification.filter(
        person_id__in=Subquery(at_work.values("person_id")), ends__gte=today, ends__lte=today + SOON
    )
    found, changed = await held, await histories(held)
    good = (one for one in found if standing_on(period_of(one), changed.get(one.id, []), today) in GOOD)
    number = Counter(one.person_id for one in good)
    places = at_work.filter(person_id__in=Subquery(held.values("person_id"))).values_list("person_id", "site_id")
    told: Counter[UUID] = Counter()
    for person, site in set(await places):
        told[site] += number[person]
    return told
