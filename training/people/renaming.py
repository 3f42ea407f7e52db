"""Changes what a person is called; the name that they had stays, for the days on which it was theirs."""

from datetime import datetime
from uuid import UUID

from training.database.name_search import called
from training.people.merging.models import records_of
from training.people.models import Email, Person
from training.people.names import has_name
from training.sites.history import keep_former
from training.sites.models import FormerValue
from training.trail.models import Fact

SETTLING = ("certificate.awarded", "person.name_kept", "person.named")
"""Facts by which somebody's name was told or confirmed by a person, or stands on a certificate."""


async def is_settled(person_id: UUID) -> bool:
    """Tells whether no LMS may change somebody's name any more: a person told or confirmed it.

    Who was loaded with an address to sign in by was named by whoever wrote that file.
    """
    if await Email.filter(person_id=person_id, mail_only=False).exists():
        return True
    return await Fact.filter(person_id__in=await records_of(person_id), kind__in=SETTLING).exists()


async def rename(person: Person, name: str, *, now: datetime) -> list[FormerValue] | None:
    """Writes the new name in the caller's transaction; gives the rows that the fact speaks of besides the person.

    None when somebody else was first, or the person was erased.
    """
    if not await Person.filter(id=person.id, name=person.name, erased_at__isnull=True).update(**called(name)):
        return None
    if not has_name(person.id, person.name):
        return []  # a name that we made up for somebody was never theirs
    return [await keep_former(person, "name", person.name, unit_id=person.unit_id, now=now)]
