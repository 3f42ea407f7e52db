"""Finds where mail to a person may go: their own address, else the one their LMS tells, else one that was typed."""

from uuid import UUID

from training.lti.models import Identity
from training.people.contact.emails import broken_addresses
from training.people.models import Email


async def mail_address(person_id: UUID) -> str:
    """Finds the best address of a person, or none: confirmed, from an LMS, typed; broken ones come last.

    An address that an LMS tells serves for mail alone: nobody signs in by it, and no two people are joined by it.
    """
    known = await Email.filter(person_id=person_id).order_by("-confirmed", "address").values("address", "confirmed")
    own = [str(row["address"]) for row in known if row["confirmed"]]
    typed = [str(row["address"]) for row in known if not row["confirmed"]]
    broken = await broken_addresses(person_id)
    rows = await Identity.filter(person_id=person_id, test_user=False).exclude(email="").order_by("created").values(
        "email", unit_id="person__unit_id"
    )  # fmt: skip
    told = [row["email"] for row in rows if not await _is_of_others(row["email"], row["unit_id"], person_id)]
    found = sorted([*own, *told, *typed], key=lambda address: address in broken)
    return found[0] if found else ""


async def _is_of_others(address: str, unit_id: UUID, person_id: UUID) -> bool:
    """Tells whether somebody else has the address: it is in their record, or their LMS told it first."""
    spellings = {address, address.lower()}
    if await Email.filter(unit_id=unit_id, address__in=spellings).exclude(person_id=person_id).exists():
        return True
    told = Identity.filter(person__unit_id=unit_id, email__in=list(spellings)).order_by("created", "id")
    first = await told.first().values("person_id")
    return bool(first and first["person_id"] != person_id)
