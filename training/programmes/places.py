"""Which programmes somebody takes part in on a day, and where."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from training.programmes.models import Place


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
    rows = await Place.filter(person_id=person_id, starts__lte=on, taken_back__isnull=True).order_by("starts", "id")
    since = {row.programme_id: row.starts for row in reversed(rows)}
    return {
        row.programme_id: LatestPlace(
            row.site_id, row.version, row.ends is None or row.ends >= on, since[row.programme_id]
        )
        for row in rows
    }
