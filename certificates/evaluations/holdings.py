"""Who of a course's people is certified, by what the rules said last: the answer to what courses ask of the roof."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from certificates.evaluations.models import current
from courses.versions.certified import HeldCertificate

HELD = ("certified", "renewal_due", "in_grace")


async def holdings(people: Collection[UUID], programme_id: UUID | None) -> Mapping[UUID, HeldCertificate]:
    """Returns of each of these people who is certified the certificate that ends first; in one programme, if named."""
    held = current().filter(person_id__in=list(people), standing__in=HELD)
    if programme_id:
        held = held.filter(pathway__programme_id=programme_id)
    found: dict[UUID, HeldCertificate] = {}
    for person, standing, verdict in await held.values_list("person_id", "standing", "verdict"):
        until = verdict["standing"]["valid_until"]
        one = HeldCertificate(date.fromisoformat(until) if until else None, standing != "certified")
        if person not in found or (one.until or date.max) < (found[person].until or date.max):
            found[person] = one
    return found
