"""Asks people to confirm records, and takes their answers: yes, no, or nothing in time."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.parsing.addresses import plain_address
from training.people.actor import Actor
from training.people.contact.addresses import SHARED, addresses_of, is_known_as, refuse_own, same_human
from training.people.models import Email
from training.people.visibility import reach
from training.records.models import Confirmation, ConfirmationLink, Record, confirmations_visible_to
from training.records.naming import named
from training.records.rules import (
    DISPUTE_WINDOW,
    LINK_LIFE,
    NEEDS_A_YES,
    Confirmer,
    Strength,
    may_answer,
    may_dispute,
    stands,
)
from training.trail import facts

EXPIRY = "expire confirmation"
"""The timer that closes a confirmation nobody answered."""
GONE = "This link has been used or is too old."
ASK_AGAIN = "Ask the person who sent it to you for a new one."


def token_hash(token: str) -> str:
    """Hashes a link's token the way it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


async def hold(record_id: UUID) -> None:
    """Lets nobody else change a record, or what is asked of it, until the caller's transaction ends.

    Before the first of its changes: of two at once the second waits with nothing in hand, and sees the first.
    """
    await Record.select_for_update().get(id=record_id)


async def ask(row: Record, confirmer: Confirmer, *, actor: Actor, now: datetime) -> Confirmation:
    """Writes the request to confirm a record, in the caller's transaction; the mail comes after the fact."""
    asked = await Confirmation.create(
        unit_id=actor.unit_id,
        person_id=row.person_id,
        record_id=row.id,
        confirmer_id=confirmer.person,
        confirmer_name=confirmer.name,
        contact=confirmer.contact.strip(),
        asked=now,
        expires=now + LINK_LIFE,
    )
    await _note("confirmation.asked", asked, actor=actor.person_id, now=now)
    await facts.schedule(EXPIRY, f"{EXPIRY}/{asked.id}", due=asked.expires, subject_id=str(asked.id))
    return asked


async def ask_confirmation(row: Record, confirmer: Confirmer, *, actor: Actor, now: datetime) -> Confirmation:
    """Asks one more person, or asks again; only the holder asks, and not twice while an answer is out."""
    if row.person_id != actor.person_id or row.counts_at_once:
        raise NotAllowed("Only the person who logged it can ask for it.", "Ask them to do so.")
    if row.type not in NEEDS_A_YES:
        raise NotAllowed("Nobody else can say yes to this.", "It waits for your site, or for whom the programme names.")
    found = await named(confirmer, actor=actor, field="confirmer")
    async with transaction():
        await hold(row.id)  # pressed twice, the second waits and sees the first
        out = Confirmation.filter(state__in=["asked", "confirmed"], record_id=row.id)
        same = out.filter(confirmer_id=found.person) if found.person else out.filter(contact=found.contact.strip())
        if await same.exists():
            words = f"{found.name} has been asked already"
            raise Invalid("There is a problem", problems={"confirmer": words})
        return await ask(row, found, actor=actor, now=now)


async def make_link(confirmation_id: UUID, *, token: str, now: datetime, passed_on: bool = False) -> ConfirmationLink:
    """Makes a link for a fresh random token of 256 bits, told to the mail alone, or `passed_on` by the holder."""
    found = await Confirmation.get(id=confirmation_id)
    until = found.dispute_until if found.state == "confirmed" and found.dispute_until else found.expires
    return await ConfirmationLink.create(
        token_hash=token_hash(token), confirmation_id=confirmation_id, made=now, expires=until, passed_on=passed_on
    )


async def pass_on(confirmation_id: UUID, *, token: str, actor: Actor, now: datetime) -> Confirmation:
    """Makes a link for the holder to send, by any messenger or as a picture, to whom they named.

    Never for somebody with an account here: they answer signed in, so that nobody can answer in their place.
    """
    found = await own_request(confirmation_id, actor)
    async with transaction():
        await make_link(found.id, token=token, now=now, passed_on=True)
    return found


async def confirm_here(confirmation_id: UUID, *, name: str, actor: Actor, now: datetime) -> Confirmation:
    """Records the yes of somebody without an account who wrote their name on the holder's own device."""
    found = await own_request(confirmation_id, actor)
    if not name.strip():
        raise Invalid("There is a problem", problems={"name": "Write your name"})
    async with transaction():
        return await _confirm(found, "on_device", actor=actor.person_id, note=f"Signed: {name.strip()}"[:200], now=now)


async def own_request(confirmation_id: UUID, actor: Actor) -> Confirmation:
    """Finds what the actor asks of somebody who has no account here, and that is not answered yet."""
    found = await Confirmation.get_or_none(
        id=confirmation_id, person_id=actor.person_id, state="asked", confirmer_id__isnull=True
    )
    if found is None:
        raise NotFound("There is no such request of yours.", "Look at the record again.")
    return found


async def look_at_link(token: str, *, now: datetime) -> Confirmation:
    """Reads what a link asks, without using it up; raises NotFound when it is used, too old or none of ours."""
    link = (
        await ConfirmationLink.filter(token_hash=token_hash(token), used__isnull=True, expires__gt=now)
        .select_related("confirmation")
        .first()
    )
    if link is None:
        raise NotFound(GONE, ASK_AGAIN)
    return link.confirmation


async def confirm_by_link(
    token: str, *, note: str, now: datetime, readers: Collection[UUID] = frozenset()
) -> Confirmation:
    """Confirms by a link, which is used up; of two at once only one gets in.

    `readers` are the people who are or were last signed in where the link was opened.
    """
    found = await look_at_link(token, now=now)
    await refuse_holder(found, readers)
    async with transaction():
        passed_on = await _use(token, now)
        strength: Strength = "passed_on" if passed_on else "one_time_link"
        return await _confirm(found, strength, actor=found.confirmer_id, note=note, now=now)


async def dispute_by_link(
    token: str, *, note: str, now: datetime, readers: Collection[UUID] = frozenset()
) -> Confirmation:
    """Says by a link that it was not so, at once or within the window after it was confirmed."""
    found = await look_at_link(token, now=now)
    await refuse_holder(found, readers)
    async with transaction():
        await _use(token, now)
        return await _dispute(found, actor=found.confirmer_id, note=note, now=now)


async def refuse_holder(found: Confirmation, readers: Collection[UUID]) -> None:
    """Refuses an answer from whose record it is: signed in here or last signed in here, or at an address of theirs."""
    alike = [reader for reader in readers if await same_human(found.person_id, reader)]
    if alike:
        remedy = "Nobody can confirm their own record. Whoever was asked opens the link on a device of their own."
        raise NotAllowed(
            "This is about a record of the person who is or was last signed in on this device.",
            remedy if found.person_id in alike else f"{SHARED} {remedy}",
        )
    if found.contact and await is_known_as(found.person_id, found.contact, found.unit_id):
        raise NotAllowed(
            "This link was sent to an address of the person whose record it is.",
            "Nobody can confirm their own record. Another person who was there has to be asked.",
        )


async def _use(token: str, now: datetime) -> bool:
    """Uses a link up, and tells whether it was passed on."""
    link = ConfirmationLink.filter(token_hash=token_hash(token))
    if not await link.filter(used__isnull=True).update(used=now):
        raise Conflict(GONE, ASK_AGAIN)
    return (await link.get()).passed_on


async def confirm(confirmation_id: UUID, *, note: str, actor: Actor, now: datetime) -> Confirmation:
    """Confirms, signed in, what the actor was asked for."""
    found = await _asked_of(confirmation_id, actor)
    await refuse_holder(found, [actor.person_id])
    async with transaction():
        return await _confirm(found, "signed_in", actor=actor.person_id, note=note, now=now)


async def dispute(confirmation_id: UUID, *, note: str, actor: Actor, now: datetime) -> Confirmation:
    """Says, signed in, that what the actor was asked for was not so."""
    found = await _asked_of(confirmation_id, actor)
    async with transaction():
        return await _dispute(found, actor=actor.person_id, note=note, now=now)


async def answer_claim(row: Record, *, accepts: bool, note: str, actor: Actor, now: datetime) -> Confirmation:
    """Records that the actor has seen what somebody claims, or gives it back with a word; never for own records.

    Whether the actor may is for the caller to say: the site may, and whoever the rules name.
    """
    if row.person_id is None or row.counts_at_once:
        raise Conflict("This waits for nobody.", "Look at the record again.")
    await refuse_own(row.person_id, actor.person_id, "You may not answer this.", "Ask your site coordinator.")
    if not accepts and not note.strip():
        raise Invalid("There is a problem", problems={"note": "Say what is missing or not right"})
    said: dict[str, Any] = {"state": "disputed", "disputed": now, "dispute_note": note.strip()}
    if accepts:
        said = {"state": "confirmed", "answered": now, "note": note.strip()}
    async with transaction():
        await hold(row.id)  # of two at once the second sees the first
        if await Record.filter(replaces_id=row.id).exists():
            raise Conflict("This record has just been changed.", "Look at the list again.")
        if await Confirmation.filter(record_id=row.id, state__in=["confirmed", "disputed"]).exists():
            raise Conflict("Somebody has just answered this.", "Look at the record again.")
        answer = await Confirmation.create(
            unit_id=row.unit_id, person_id=row.person_id, record_id=row.id, confirmer_id=actor.person_id,
            confirmer_name=actor.name, strength="seen", asked=row.recorded, expires=now, **said,
        )  # fmt: skip
        kind = "confirmation.given" if accepts else "confirmation.disputed"
        await _note(kind, answer, actor=actor.person_id, now=now)
        await close_requests(row, actor=actor, now=now)
    return answer


async def confirm_on_paper(confirmation_id: UUID, *, note: str, actor: Actor, now: datetime) -> Confirmation:
    """Records that a coordinator has seen the confirmer's signature on paper; never for own records."""
    found = await Confirmation.filter(reach(actor, "manage people")).get_or_none(id=confirmation_id)
    if found is None:
        raise NotFound("There is no such request.", "Look at the list of records again.")
    await refuse_own(found.person_id, actor.person_id, "You may not record this.", "Ask your site coordinator.")
    if not note.strip():
        raise Invalid("There is a problem", problems={"note": "Enter where the paper is kept"})
    async with transaction():
        return await _confirm(found, "paper", actor=actor.person_id, note=note, now=now)


async def _asked_of(confirmation_id: UUID, actor: Actor) -> Confirmation:
    found = await confirmations_visible_to(actor).get_or_none(id=confirmation_id)
    if found is None or found.confirmer_id != actor.person_id:
        raise NotFound("Nobody asks this of you.", "Look at your list of things to confirm.")
    return found


async def _confirm(
    found: Confirmation, strength: Strength, *, actor: UUID | None, note: str, now: datetime
) -> Confirmation:
    if not may_answer(found.state, expires=found.expires, now=now):
        raise Conflict("This has been answered, or it is too late.", ASK_AGAIN)
    change = {
        "state": "confirmed",
        "strength": strength,
        "answered": now,
        "dispute_until": now + DISPUTE_WINDOW,
        "note": note.strip(),
    }
    await _move(found, "asked", change)
    await _note("confirmation.given", found, actor=actor, now=now)
    return found


async def _dispute(found: Confirmation, *, actor: UUID | None, note: str, now: datetime) -> Confirmation:
    at_once = may_answer(found.state, expires=found.expires, now=now)
    if not at_once and not may_dispute(found.state, dispute_until=found.dispute_until, now=now):
        raise Conflict("This can no longer be changed here.", "Write to the central unit.")
    if not note.strip():
        raise Invalid("There is a problem", problems={"note": "Say in a few words what was not so"})
    await _move(found, found.state, {"state": "disputed", "disputed": now, "dispute_note": note.strip()})
    await _note("confirmation.disputed", found, actor=actor, now=now)
    return found


async def expire(confirmation_id: UUID, *, now: datetime) -> None:
    """Closes a request that nobody answered in time; doing it twice does no harm."""
    async with transaction():
        found = await Confirmation.get(id=confirmation_id)
        if found.state == "asked" and found.expires <= now:
            await _move(found, "asked", {"state": "expired", "closed": now})
            await _note("confirmation.expired", found, actor=None, now=now)


async def close_requests(row: Record, *, actor: Actor, now: datetime) -> None:
    """Closes what is still asked about a record that was corrected, taken back or seen, in the caller's transaction."""
    for found in await Confirmation.filter(state="asked", record_id=row.id):
        await _move(found, "asked", {"state": "expired", "closed": now, "note": "It was settled otherwise."})
        await _note("confirmation.expired", found, actor=actor.person_id, now=now)


async def _move(found: Confirmation, before: str, change: Mapping[str, object]) -> None:
    await hold(found.record_id)
    if not await Confirmation.filter(id=found.id, state=before).update(**change):
        raise Conflict("Somebody has just answered this.", "Look at the record again.")
    found.update_from_dict({**change})


async def _note(kind: str, found: Confirmation, *, actor: UUID | None, now: datetime) -> None:
    states = await Confirmation.filter(record_id=found.record_id).values_list("state", flat=True)
    await Record.filter(id=found.record_id).update(state=stands(map(str, states)) or "")
    detail = {"about": f"record:{found.record_id}", "state": found.state, "strength": found.strength}
    await facts.record(kind, found, actor=actor, now=now, person=found.person_id, unit=found.unit_id, detail=detail)


async def address_of(found: Confirmation) -> str:
    """Finds where to write to the confirmer: the typed contact, or the confirmed address of somebody known here.

    A mailbox that the holder of the record reads too gets no link: two people may share one.
    """
    if found.confirmer_id is None:
        return found.contact
    known = Email.filter(person_id=found.confirmer_id, confirmed=True).order_by("address")
    read_by_holder = await addresses_of(found.person_id)
    found_ones = [str(one) for one in await known.values_list("address", flat=True)]
    return next((one for one in found_ones if plain_address(one) not in read_by_holder), "")
