"""Names and places as they were on a day, as known at a moment: what the register says of people, sites and areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from training.people.models import Membership
from training.sites.history import History, Moment, as_then, history_of
from training.sites.models import Area, FormerValue, Site


@dataclass(frozen=True)
class Belonging:
    """A time in which somebody belonged to a site, with when its beginning and its end were recorded."""

    site: UUID
    starts: date
    ends: date | None
    recorded: datetime | None = None
    end_recorded: datetime | None = None

    def known(self, then: Moment) -> bool:
        """Tells whether it had begun by the day, as far as was known."""
        return self.starts <= then.on and _by(self.recorded, then)

    def live(self, then: Moment) -> bool:
        """Tells whether it had not ended by the day, as far as was known."""
        return self.ends is None or self.ends >= then.on or not _by(self.end_recorded, then)


@dataclass(frozen=True)
class SiteThen:
    """A site as it was called, in the area that it lay in."""

    site: str = ""
    area: str = ""
    path: str = ""


NOWHERE = SiteThen()


@dataclass(frozen=True)
class Then:
    """A unit as it was at the moment that is asked about."""

    moment: Moment
    history: History
    sites: Mapping[UUID, tuple[str, str]]
    areas: Mapping[str, tuple[UUID, str]]
    belonging: Mapping[UUID, list[Belonging]] = field(default_factory=dict)

    def name(self, subject: UUID, name: str) -> str:
        """Tells how a person or a site was called that is called `name` today."""
        return as_then(name, self.history.get((subject, "name"), ()), self.moment)

    def place(self, site: UUID | None) -> SiteThen:
        """Tells how a site was called, and in which area it lay."""
        if site is None or site not in self.sites:
            return NOWHERE
        name, path = self.sites[site]
        path = as_then(path, self.history.get((site, "area"), ()), self.moment)
        area, called = self.areas[path]
        return SiteThen(self.name(site, name), self.name(area, called), path)

    def place_of(self, person: UUID, awarded_at: UUID | None) -> SiteThen:
        """Tells where somebody belonged who was certified at a site: there, unless they had gone elsewhere since."""
        site = where(self.belonging.get(person, ()), awarded_at, self.moment)
        return self.place(site)


def where(belonging: Iterable[Belonging], awarded_at: UUID | None, then: Moment) -> UUID | None:
    """Tells at which site somebody was: of several, at that of the award; none once they belong to no site any more."""
    begun = [one for one in belonging if one.known(then)]
    live = sorted((one.starts, str(one.site), one.site) for one in begun if one.live(then))
    if awarded_at in [site for *_, site in live] or not begun:
        return awarded_at
    return live[0][2] if live else None


def _by(recorded: datetime | None, then: Moment) -> bool:
    return recorded is None or then.known is None or recorded <= then.known


async def look_back(unit_id: UUID, moment: Moment, *, people: Any) -> Then:
    """Reads what the names and places of these people (ids, or a statement that finds them) were at a moment."""
    return await with_people(await places_then(unit_id, moment), people)


async def places_then(unit_id: UUID, moment: Moment) -> Then:
    """Reads what the sites and areas of a unit were at a moment; of nobody yet, which `with_people` adds."""
    areas = await Area.filter(unit_id=unit_id).values_list("path", "id", "name")
    sites = await Site.filter(unit_id=unit_id).values_list("id", "name", "area__path")
    return Then(
        moment,
        await history_of(FormerValue.filter(unit_id=unit_id, kind__in=["site", "area"])),
        {site: (name, path) for site, name, path in sites},
        {path: (area, name) for path, area, name in areas},
    )


async def with_people(places: Then, people: Any) -> Then:
    """Reads what these people were called and where they belonged, in a unit whose places were read before."""
    held = Membership.filter(person_id__in=people, site_id__isnull=False, starts__lte=places.moment.on)
    belonging: dict[UUID, list[Belonging]] = {}
    for row in await held.values("person_id", "site_id", "starts", "ends", "recorded", "end_recorded"):
        person = row.pop("person_id")
        belonging.setdefault(person, []).append(Belonging(row.pop("site_id"), **row))
    called = await history_of(FormerValue.filter(kind="person", subject_id__in=people))
    return replace(places, history={**places.history, **called}, belonging=belonging)
