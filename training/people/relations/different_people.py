"""Says of two records that they are two people, though an address or the name is one; taken back if that was wrong."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.database.name_search import searched
from training.people.actor import Actor
from training.people.contact.addresses import pair_of, refuse_own, same_human
from training.people.models import Difference, Person
from training.people.visibility import person_for, reach
from training.trail import facts

OTHERS_SAY = "Somebody else of the central unit has to say it."


def differences_visible_to(actor: Actor) -> QuerySet[Difference]:
    """Lists what stands of the pairs of which the actor manages both."""
    return Difference.filter(
        reach(actor, "manage people", "one"), reach(actor, "manage people", "other"), pair__isnull=False
    )


async def pair_for(one: UUID, other: UUID, actor: Actor) -> tuple[Person, Person]:
    """Finds two people about whom the actor decides, neither of them the actor, under whichever record."""
    found = await person_for(actor, "decide", one), await person_for(actor, "decide", other)
    for person in found:
        await refuse_own(person.id, actor.person_id, "You may not say this of a record of your own.", OTHERS_SAY)
    return found


async def declare_different(one: UUID, other: UUID, *, reason: str, actor: Actor, now: datetime) -> Difference:
    """Declares that two records are of two people; from then on neither stands in the other's way."""
    people = await pair_for(one, other, actor)
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say how you know that they are two people"})
    namesakes = searched(people[0].name) == searched(people[1].name)
    if one == other or not (namesakes or await same_human(one, other)):
        raise Conflict("Nothing makes these two records one person.", "They do not stand in each other's way.")
    first, second = sorted((one, other))
    try:
        async with transaction():
            row = await Difference.create(
                id=uuid4(), one_id=first, other_id=second, pair=pair_of(one, other), reason=reason.strip(),
                declared=now, declared_by_id=actor.person_id,
            )  # fmt: skip
            await _tell("difference.declared", row, actor=actor, now=now)
    except IntegrityError as error:
        raise Conflict("Somebody has just said this of the two.", "Look at the list again.") from error
    return row


async def take_back_difference(difference_id: UUID, *, why: str, actor: Actor, now: datetime) -> None:
    """Takes back that two records are two people; from then on they count as one again."""
    found = await standing_difference(difference_id, actor)
    if not why.strip():
        raise Invalid("There is a problem", problems={"why": "Say why it is not so"})
    taken = {"pair": None, "taken_back": now, "taken_back_by_id": actor.person_id, "note": why.strip()}
    async with transaction():
        if not await Difference.filter(id=found.id, pair__isnull=False).update(**taken):
            raise Conflict("This has been taken back already.", "Look at the list again.")
        await _tell("difference.taken_back", found, actor=actor, now=now)


async def standing_difference(difference_id: UUID, actor: Actor) -> Difference:
    """Finds what was declared and stands, of two people about whom the actor decides, neither of them the actor."""
    found = await differences_visible_to(actor).select_related("one", "other").get_or_none(id=difference_id)
    if found is None:
        raise NotFound("Nobody has said this of two records here.", "It may have been taken back. Look at the list.")
    await pair_for(found.one_id, found.other_id, actor)
    return found


async def _tell(kind: str, row: Difference, *, actor: Actor, now: datetime) -> None:
    detail = {"other": str(row.other_id)}
    await facts.record(
        kind, row, actor=actor.person_id, person=row.one_id, unit=actor.unit_id, now=now, detail=detail
    )  # fmt: skip
