"""By which addresses a person is known, here and to learning systems; and who is the same human under two records."""

from collections.abc import Iterable
from uuid import UUID

from training.core.errors import NotAllowed
from training.parsing.addresses import plain_address
from training.people.models import Difference, Email, Person

SETTLED_AT = "on the page “Records that may be of one person”, under People"
"""Where the central unit says of two records that they are two people."""
SHARED = (
    "This record and yours share an e-mail address, so they may both be yours. If you are two people, somebody else "
    f"of the central unit can say so {SETTLED_AT}."
)


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


async def sharers_of(person: Person) -> dict[UUID, str]:
    """Returns the others of the unit who have or had an address of the person's, in any spelling, with that address."""
    found: dict[UUID, str] = {}
    for address in sorted(await addresses_of(person.id)):
        name, _, host = address.partition("@")
        here = Email.filter(unit_id=person.unit_id, address__startswith=name, address__endswith=f"@{host}")
        there = Person.filter(unit_id=person.unit_id)
        now = there.filter(identities__email__startswith=name, identities__email__endswith=f"@{host}")
        once = there.filter(identities__former_emails__contains=name).filter(
            identities__former_emails__contains=f"@{host}"
        )
        rows = (
            *await here.values_list("person_id", "address"),
            *await now.values_list("id", "identities__email"),
            *await once.values_list("id", "identities__former_emails"),
        )
        sharers = {UUID(str(key)) for key, text in rows if address in map(plain_address, str(text).split())}
        found |= dict.fromkeys(sharers - {person.id, *found}, address)
    return found


def pair_of(one: UUID, other: UUID) -> str:
    """Names two people in one way, whichever comes first."""
    return "/".join(sorted((str(one), str(other))))


async def same_human(one: UUID, other: UUID) -> bool:
    """Tells whether two records are one human, as far as their addresses tell and nobody has said that they are two."""
    if one == other:
        return True
    if (await addresses_of(one)).isdisjoint(await addresses_of(other)):
        return False
    return not await Difference.filter(pair=pair_of(one, other)).exists()


async def alike_to(person: Person) -> dict[UUID, str]:
    """Returns who is the same human under another record, as `same_human` tells of each, with the address."""
    sharers = await sharers_of(person)
    pairs = {pair_of(person.id, one): one for one in sharers}
    apart = await Difference.filter(pair__in=list(pairs)).values_list("pair", flat=True)
    two = {pairs[str(pair)] for pair in apart}
    return {one: address for one, address in sharers.items() if one not in two}


async def refuse_own(person_id: UUID, reader: UUID, words: str, remedy: str) -> None:
    """Refuses what nobody may do about themselves, and says so where it is an address that makes two records one."""
    if await same_human(person_id, reader):
        raise NotAllowed(words, remedy if person_id == reader else f"{SHARED} {remedy}")


async def is_known_as(person_id: UUID, contact: str, unit_id: UUID) -> bool:
    """Tells whether an address or telephone number is one of the person's, under this record or another one."""
    if plain_address(contact) in await addresses_of(person_id):
        return True
    return any([await same_human(person_id, other) for other in await known_by([contact], unit_id)])
