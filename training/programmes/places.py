"""Which programmes somebody takes part in on a day, and where; whom a role in one reaches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from training.people.models import Membership
from training.programmes.models import Place, ProgrammeRole
from training.programmes.rules import overlap
from training.sites.models import Site


@dataclass(frozen=True)
class LatestPlace:
    """Somebody's latest place in a programme, begun by a day: where, by which version, and whether it holds then.

    `since` is the day on which they first joined the programme.
    """

    site_id: UUID | None
    version: str
    holds: bool
    since: date


async def places_of(person_id: UUID, *, on: date) -> dict[UUID, LatestPlace]:
    """Returns the latest place of a person in each programme that they have joined by a day, also one that is over."""
    return (await places_of_many([person_id], on=on))[person_id]


async def places_of_many(people: Sequence[UUID], *, on: date) -> dict[UUID, dict[UUID, LatestPlace]]:
    """Returns the latest places of many people."""
    found: dict[UUID, dict[UUID, LatestPlace]] = {person_id: {} for person_id in people}
    begun = Place.filter(person_id__in=list(people), starts__lte=on, taken_back__isnull=True)
    for row in await begun.order_by("starts", "id"):
        theirs = found[row.person_id]
        since = theirs[row.programme_id].since if row.programme_id in theirs else row.starts
        holds = row.ends is None or row.ends >= on
        theirs[row.programme_id] = LatestPlace(row.site_id, row.version, holds, since)
    return found


@dataclass(frozen=True)
class Stay:
    """Somebody's time at a site: which, in which area, with its path in the tree, from when to when."""

    site_id: UUID
    area_path: str
    area_name: str
    starts: date
    ends: date | None


async def stays_of(person_id: UUID, programme_id: UUID) -> list[Stay]:
    """Lists where somebody takes or took part: at the sites of their places in the programme, else of their roles."""
    columns = ("site_id", "site__area__path", "site__area__name", "starts", "ends")
    places = Place.filter(person_id=person_id, programme_id=programme_id, taken_back__isnull=True)
    rows = await places.filter(site_id__isnull=False).values_list(*columns)
    rows = rows or await Membership.filter(person_id=person_id, site_id__isnull=False).values_list(*columns)
    return [Stay(*row) for row in rows]


async def stays_of_site(site_id: UUID) -> list[Stay]:
    """Tells where a site lies, as whoever takes part there."""
    site = await Site.get(id=site_id).prefetch_related("area")
    return [Stay(site.id, site.area.path, site.area.name, date.min, None)]


def reaches(role: ProgrammeRole, stays: Iterable[Stay]) -> bool:
    """Tells whether a role ever reached somebody who was there; asks for the role's area to be fetched."""
    if role.site_id is None and role.area_id is None:
        return True
    return any(
        overlap((role.starts, role.ends), (stay.starts, stay.ends))
        and (stay.site_id == role.site_id or (role.area is not None and stay.area_path.startswith(role.area.path)))
        for stay in stays
    )
