"""A program as somebody who acts: in its unit, at its sites, and with no more than one scope lets it do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from training.clients.models import ApiClient
from training.clients.scopes import SCOPES
from training.core.dates import local_day
from training.people.actor import Actor


@dataclass(frozen=True, kw_only=True)
class ClientActor(Actor):
    """A registered program. Its own id stands where a person's would, so the trail says which program it was.

    It holds no roles: its abilities are those of the one scope that it uses, in the whole unit (`at` is None), at one
    site, or in an area. The sites of an area are found by the database.
    """

    abilities: frozenset[str] = frozenset()
    at: UUID | None = None

    def _places(self, ability: str) -> frozenset[UUID | None]:
        return frozenset({self.at}) if ability in self.abilities and not self.within else frozenset()

    def may(self, ability: str) -> bool:
        """Tells whether its scope has the ability."""
        return ability in self.abilities


def acting_as(client: ApiClient, scope: str, *, now: datetime) -> ClientActor:
    """Gives a program as who acts by a scope; asks for its unit and area to be fetched."""
    return ClientActor(
        person_id=client.id,
        name=client.name,
        unit_id=client.unit_id,
        language=client.unit.language,
        zone=client.unit.zone,
        held=frozenset(),
        today=local_day(now, client.unit.zone),
        unit_name=client.unit.name,
        abilities=SCOPES[scope].abilities,
        at=client.site_id,
        within=client.area.path if client.area else "",
    )
