"""A person, a site or an area, chosen in a form: people with their sites of today, sites with their area."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from training.database.name_search import has_in_name
from training.people.models import Membership, Person
from training.people.names import has_name
from training.people.visibility import active_on
from training.sites.models import Area, Site
from training.web.shortlists import Option, Shortlist, ShortlistField, shortlist_of


async def person_shortlist(
    people: QuerySet[Person], values: Mapping[str, Any], name: str, *, day: date, ask: str = "",
    first: Sequence[Option] = (), last: Sequence[Option] = (), named: bool = False, sites: bool = True,
) -> Shortlist:  # fmt: skip
    """Offers one of these people in the field of that name; `named` leaves out whom nobody has named yet.

    Without `sites` names alone are shown, to whoever may know no more of them.
    """

    async def words(rows: Sequence[Person]) -> list[str]:
        return [name for _, name in await with_sites(rows, day=day)]

    def keeps(one: Person) -> bool:
        return not named or has_name(one.id, one.name)

    asked = ShortlistField(name, has_in_name, words if sites else None, first=first, last=last, ask=ask)
    return await shortlist_of(people.filter(erased_at__isnull=True), asked, values, keeps=keeps)


async def site_shortlist(
    sites: QuerySet[Site], values: Mapping[str, Any], name: str, *, key: str = "id", prefix: str = "", ask: str = "",
    first: Sequence[Option] = (), last: Sequence[Option] = (),
) -> Shortlist:  # fmt: skip
    """Offers one of these sites in the field of that name; what is sent is its column `key`, after `prefix`."""

    async def words(rows: Sequence[Site]) -> list[str]:
        return [f"{row.name}, {row.area.name}" for row in rows]

    asked = ShortlistField(name, _has_in_site, words, key=key, prefix=prefix, first=first, last=last, ask=ask)
    return await shortlist_of(sites.select_related("area"), asked, values)


async def areas_in_order(unit_id: UUID) -> list[Option]:
    """Lists the areas of a unit by their codes, each indented below the one that it lies in."""
    areas = await Area.filter(unit_id=unit_id).order_by("path").values("code", "name", "path")
    return [(row["code"], "\u2003" * (row["path"].count("/") - 2) + row["name"]) for row in areas]


def _has_in_site(part: str) -> Q:
    return has_in_name(part) | Q(area__name__icontains=part)


async def with_sites(people: Sequence[Person], *, day: date) -> list[Option]:
    """Gives the id of each of a few people, and the name with the sites where they have a role on a day."""
    held = Membership.filter(active_on(day), person_id__in=[one.id for one in people], site_id__isnull=False)
    found: dict[UUID, list[str]] = defaultdict(list)
    for person_id, site in await held.order_by("site__name").distinct().values_list("person_id", "site__name"):
        found[person_id].append(site)
    return [(str(one.id), ", ".join([one.name, *found[one.id]])) for one in people]
