"""By which addresses a person is known, here and to learning systems; and who is the same human under two records."""

from collections.abc import Iterable
from uuid import UUID

from training.errors import NotAllowed
from training.parsing.addresses import plain_address
from training.people.models import Email, Person

SHARED = "This record and yours share an e-mail address, so they may both be yours. If not, have the address put right."


async def addresses_of(person_id: UUID) -> frozenset[str]:
    """Returns every address a person has or had, confirmed or not, in its plain spelling."""
    own = await Email.filter(person_id=person_id).values_list("address", flat=True)
    # The tables of learning systems stand beside this room's neighbours; what points to a person is reached from it.
    told = await Person.filter(id=person_id).values_list("identities__email", "identities__former_emails")
    spelt = [str(one) for one in own] + [address for row in told for text in row for address in str(text or "").split()]
    return frozenset(plain_address(one) for one in spelt if one)


async def known_by(addresses: Iterable[str], unit_id: UUID) -> frozenset[UUID]:
    """Returns the people of a unit who are known by one of the addresses, confirmed or not."""
    spellings = {spelling for one in addresses if "@" in one for spelling in (one.strip().lower(), plain_address(one))}
    if not spellings:
        return frozenset()
    here = await Email.filter(unit_id=unit_id, address__in=list(spellings)).values_list("person_id", flat=True)
    told = Person.filter(unit_id=unit_id, identities__email__in=list(spellings))
    return frozenset(UUID(str(one)) for one in (*here, *await told.values_list("id", flat=True)))


async def same_human(one: UUID, other: UUID) -> bool:
    """Tells whether two records are one human, as far as their addresses tell."""
    return one == other or not (await addresses_of(one)).isdisjoint(await addresses_of(other))


async def refuse_own(person_id: UUID, reader: UUID, words: str, remedy: str) -> None:
    """Refuses what nobody may do about themselves, and says so where it is an address that makes two records one."""
    if await same_human(person_id, reader):
        raise NotAllowed(words, remedy if person_id == reader else f"{SHARED} {remedy}")


async def is_known_as(person_id: UUID, contact: str, unit_id: UUID) -> bool:
    """Tells whether an address or telephone number is one of the person's, under this record or another one."""
    if plain_address(contact) in await addresses_of(person_id):
        return True
    return any([await same_human(person_id, other) for other in await known_by([contact], unit_id)])
