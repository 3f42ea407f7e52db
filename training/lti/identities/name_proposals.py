"""Answers the names that an LMS tells of somebody whose name is settled here: taken over, or what stands is kept."""

from datetime import datetime
from uuid import UUID

from training.core.errors import Conflict
from training.database.connection import transaction
from training.lti.models import Identity
from training.people.actor import Actor
from training.people.contact.actions import NOT_ONES_OWN, OTHERS_NAME, write_name
from training.people.contact.addresses import refuse_own
from training.people.visibility import reach
from training.trail import facts


async def answer_told_name(identity_id: UUID, *, shown: str, take: bool, actor: Actor, now: datetime) -> str:
    """Takes over a name that was shown as the LMS's, or keeps the person's own; gives what they are called then.

    Refused where the LMS tells another name by now, so that nobody takes over what they have not read.
    """
    waiting = Identity.filter(reach(actor, "manage people"), proposed_name=shown)
    found = await waiting.select_related("person").get_or_none(id=identity_id)
    if found is None:
        raise Conflict(
            "This is answered already, or the learning system tells another name.", "Look at their page again."
        )
    person = found.person
    await refuse_own(person.id, actor.person_id, NOT_ONES_OWN, OTHERS_NAME)
    async with transaction():
        if not await Identity.filter(id=found.id, proposed_name=shown).update(proposed_name=None):
            raise Conflict("Somebody has just answered this.", "Look at their page again.")
        if take:
            await write_name(person, shown, actor=actor, now=now)
        else:
            await facts.record(
                "person.name_kept", person, actor=actor.person_id, person=person.id, unit=person.unit_id, now=now,
                detail={"registration": str(found.registration_id)},
            )  # fmt: skip
    return shown if take else person.name
