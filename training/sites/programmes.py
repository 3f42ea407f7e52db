"""Which programme a record belongs to: the only one of the unit, unasked, or the one that was chosen."""

from uuid import UUID

from training.core.errors import Invalid
from training.sites.models import Programme


async def programme_choices(unit_id: UUID) -> list[tuple[str, str]]:
    """Lists the programmes to choose from; none where there is nothing to choose."""
    rows = await Programme.filter(unit_id=unit_id).order_by("title").values_list("id", "title")
    return [("", "Choose a programme"), *((str(key), title) for key, title in rows)] if len(rows) > 1 else []


async def programme_of(wanted: UUID | None, unit_id: UUID) -> UUID | None:
    """Returns the programme that a record is for; raises Invalid where there are several and none was chosen."""
    known = [UUID(str(key)) for key in await Programme.filter(unit_id=unit_id).values_list("id", flat=True)]
    if wanted is None and len(known) < 2:
        return next(iter(known), None)
    if wanted not in known:
        raise Invalid("There is a problem", problems={"programme": "Choose which programme it was for"})
    return wanted
