"""Whose evaluations, decisions and certificates these are: a person's, or those that a site holds itself."""

from typing import Any, Protocol
from uuid import UUID

from tortoise.expressions import Q

from training.people.models import Person
from training.sites.models import Site

Holder = Person | Site


class Held(Protocol):
    """A row that a person or a site holds."""

    person_id: UUID | None
    holder_site_id: UUID | None


def whose(holder: Holder) -> dict[str, Any]:
    """Returns the column and id by which the rows of a holder are found, and made."""
    return {"person_id": holder.id} if isinstance(holder, Person) else {"holder_site_id": holder.id}


def same_holder(row: Held) -> dict[str, Any]:
    """Returns the column and id by which other rows of the same holder are found."""
    return {"person_id": row.person_id} if row.person_id else {"holder_site_id": row.holder_site_id}


def held_by(ids: list[UUID]) -> Q:
    """Filters to the rows that any of these people and sites hold."""
    return Q(person_id__in=ids) | Q(holder_site_id__in=ids)


def of_unit(unit_id: UUID) -> Q:
    """Filters to the rows of the people and the sites of a unit; the stand-ins of LMSs are nobody."""
    return Q(person__unit_id=unit_id, person__test_user=False) | Q(holder_site__unit_id=unit_id)


async def holder_of(row: Held) -> Holder:
    """Finds who holds a row."""
    return await Person.get(id=row.person_id) if row.person_id else await Site.get(id=row.holder_site_id)


async def find_holder(holder_id: UUID) -> Holder:
    """Finds a person or a site by id."""
    return await Person.get_or_none(id=holder_id) or await Site.get(id=holder_id)


def kind_of(holder: Holder) -> str:
    """Returns the kind of a holder in the word of the pathway language."""
    return "person" if isinstance(holder, Person) else "site"


def person_id_of(holder: Holder) -> UUID | None:
    """Returns the person whom a fact about a holder names; none of a site."""
    return holder.id if isinstance(holder, Person) else None
