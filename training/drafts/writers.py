"""Who writes: names of people by their ids, for those who write the same drafts."""

from collections.abc import Iterable
from uuid import UUID

from training.people.models import Person


async def names_of(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Gives the names of people of the unit who wrote in its drafts."""
    rows = await Person.filter(id__in=[one for one in set(ids) if one]).values_list("id", "name")
    return {UUID(str(key)): str(name) for key, name in rows}
