"""A record as it is shown to its holder, to the confirmer and in letters: always the same rows."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from training.core.dates import day
from training.parsing.plurals import many
from training.people.models import Person
from training.practice.models import Confirmation, Delivery, DeliveryTeam, Supervision
from training.practice.rules import KINDS_OF_SUPERVISION, MODES
from training.sites.models import Site


@dataclass(frozen=True)
class RecordInWords:
    """A record in words: whose it is, what it is called, and its rows (label, words)."""

    kind: str
    id: UUID
    holder: str
    title: str
    rows: tuple[tuple[str, str], ...]


async def shown_of(found: Confirmation) -> RecordInWords:
    """Shows exactly what a confirmation is about."""
    if found.delivery_id:
        return await shown_delivery(await Delivery.get(id=found.delivery_id))
    return await shown_supervision(await Supervision.get(id=found.supervision_id))


async def shown_delivery(row: Delivery) -> RecordInWords:
    """Shows a delivery."""
    holder = await Person.get(id=row.person_id)
    site = await Site.get_or_none(id=row.site_id)
    team = [str(name) for name in await DeliveryTeam.filter(delivery_id=row.id).values_list("name", flat=True)]
    rows = (
        ("Who led", holder.name),
        ("Group", row.group_name),
        ("Their part", "Led the group" if row.role == "lead" else "Led the group together with somebody"),
        ("Led with", ", ".join(team) or "Nobody"),
        ("First and last session", f"{day(row.began)} to {day(row.ended)}"),
        ("Sessions", f"{row.sessions}, {_hours(row.hours)} in all"),
        ("Parents", f"{row.parents_enrolled} joined, {row.parents_completing} stayed to the end"),
        ("How the group met", MODES[row.mode]),
        ("Where", site.name if site else "Not said"),
    )
    return RecordInWords("deliveries", row.id, holder.name, f"{holder.name} led {row.group_name}", rows)


async def shown_supervision(row: Supervision) -> RecordInWords:
    """Shows a supervision session."""
    holder = await Person.get(id=row.person_id)
    rows = (
        ("Who had supervision", holder.name),
        ("With", row.supervisor_name),
        ("Kind", KINDS_OF_SUPERVISION.get(row.what, row.what).split(":")[0]),
        ("Day", day(row.held)),
        ("How long", many(row.minutes, "minute")),
        ("What it was about", row.topics or "Not said"),
    )
    return RecordInWords("supervision", row.id, holder.name, f"supervision of {holder.name} on {day(row.held)}", rows)


def _hours(hours: Decimal) -> str:
    return "1 hour" if hours == 1 else f"{hours.normalize():f} hours"
