"""Erases what LMSs told about a person: names, addresses and identifiers, and scores that were not sent yet."""

from uuid import UUID

from training.lti.launch.models import FormerUser
from training.lti.models import Identity, LaunchTrace, Score


async def erase_identities(person_id: UUID) -> frozenset[str]:
    """Takes the person's identities apart; gives the names and addresses that may not stand anywhere else either.

    A later launch of the same LMS user meets a stranger. Only inside a transaction.
    """
    words: set[str] = set()
    for identity in await Identity.filter(person_id=person_id):
        words |= {identity.name, identity.email, identity.proposed_name or "", *identity.former_emails.split()}
        gone = f"erased-{identity.id.hex}"
        scores = await Score.filter(line_item__registration_id=identity.registration_id, sub=identity.sub)
        theirs = Score.filter(id__in=[score.id for score in scores])
        await theirs.filter(state="queued").update(state="refused", last_error="The person was erased.")
        await theirs.update(sub=gone, comment="", given=None)
        await Identity.filter(id=identity.id).update(sub=gone, name="", email="", former_emails="", proposed_name=None)
    await FormerUser.filter(person_id=person_id).delete()
    await LaunchTrace.filter(person_id=person_id).update(person_id=None)
    return frozenset(words - {""})
