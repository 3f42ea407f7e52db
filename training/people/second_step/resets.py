"""Who lost their devices signs in by a link alone once more, when two people who manage them agree."""

from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, Invalid, NotAllowed
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.authentication.models import Factor, RecoveryCode, SignInReset
from training.people.contact.addresses import same_human
from training.people.models import Person
from training.people.sessions import end_sessions_of
from training.people.visibility import person_for, reach
from training.trail import facts

REASON_LETTERS = 1000


def resets_for(actor: Actor) -> QuerySet[SignInReset]:
    """Lists the resets that wait for a second person, and that the actor may answer."""
    waiting = SignInReset.filter(reach(actor, "manage people"), state="asked")
    return waiting.exclude(asked_by_id=actor.person_id).exclude(person_id=actor.person_id)


async def ask_for_reset(person_id: UUID, *, reason: str, actor: Actor, now: datetime) -> SignInReset:
    """Asks that somebody's passkeys, apps and codes are taken away; nothing changes until a second person agrees."""
    person = await person_for(actor, "manage people", person_id)
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say what happened, and how you know it is them"})
    if await same_human(actor.person_id, person.id):
        raise NotAllowed("Nobody asks this for themselves.", "Ask somebody else who manages you.")
    if not await Factor.filter(person_id=person.id, removed__isnull=True).exists():
        raise Invalid("There is a problem", problems={"reason": "They have no second step. A link is enough for them"})
    row = SignInReset(
        id=uuid4(),
        person_id=person.id,
        slot=str(person.id),
        reason=reason.strip()[:REASON_LETTERS],
        asked=now,
        asked_by_id=actor.person_id,
    )
    try:
        async with transaction():
            await row.save(force_create=True)
            await _record("sign_in_reset.asked", row, actor, now)
    except IntegrityError as error:
        raise Conflict("This was asked for already.", "A second person has to agree.") from error
    return row


async def answer_reset(reset_id: UUID, *, agrees: bool, actor: Actor, now: datetime) -> None:
    """Agrees to a reset as the second person, or refuses it; agreed, the person is signed out everywhere."""
    row = await resets_for(actor).get_or_none(id=reset_id)
    if row is None or await same_human(actor.person_id, row.asked_by_id):
        raise NotAllowed("This is for a second person to answer.", "Ask somebody else who manages this person.")
    if await same_human(actor.person_id, row.person_id):
        raise NotAllowed("Nobody answers this for themselves.", "Ask somebody else who manages you.")
    changed = {"slot": None, "answered": now, "answered_by_id": actor.person_id}
    async with transaction():
        still = SignInReset.filter(id=row.id, state="asked")
        if not await still.update(state="agreed" if agrees else "refused", **changed):
            raise Conflict("Somebody answered this just now.", "Look at the page again.")
        gone = await clear_sign_in(row.person_id, now=now) if agrees else []
        kind = "sign_in_reset.agreed" if agrees else "sign_in_reset.refused"
        await _record(kind, row, actor, now, gone)


async def clear_sign_in(person_id: UUID, *, now: datetime) -> list[Factor]:
    """Takes all second steps of a person away and signs them out, in the caller's transaction; tells what is gone."""
    gone = await Factor.filter(person_id=person_id, removed__isnull=True)
    await Factor.filter(id__in=[one.id for one in gone]).update(removed=now)
    await RecoveryCode.filter(person_id=person_id).delete()
    await end_sessions_of(person_id, now=now)
    return gone


async def let_in_again(person: Person, *, actor: Actor, now: datetime) -> int:
    """Takes all second steps of a person away, as the operator of the machine may; tells how many there were."""
    async with transaction():
        gone = await clear_sign_in(person.id, now=now)
        row = await SignInReset.create(
            id=uuid4(),
            person_id=person.id,
            state="agreed",
            reason="By command, at the machine.",
            asked=now,
            asked_by_id=actor.person_id,
            answered=now,
            answered_by_id=actor.person_id,
        )
        await _record("sign_in_reset.agreed", row, actor, now, gone)
    return len(gone)


async def _record(kind: str, row: SignInReset, actor: Actor, now: datetime, gone: list[Factor] | None = None) -> None:
    await facts.record(
        kind, row, actor=actor.person_id, person=row.person_id, unit=actor.unit_id, now=now, rows=gone or ()
    )
