"""Issues a certificate again in place of one that stands: under a corrected name, or as whoever decides asks for it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from certificates.credentials.artefacts import Damaged
from certificates.credentials.integrity import facts_of
from certificates.credentials.issue import reserve_again
from certificates.credentials.status_lists import settle_bit
from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import (
    Certificate,
    Certification,
    any_certification_visible_to,
    latest_certificate,
)
from certificates.evaluations.standing import IN_FORCE
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.holders import holder_of
from training.people.models import NameRequest, Person
from training.people.names import has_name
from training.sites.models import zone_of
from training.trail import facts

AFTER_NAME = "issue again under a corrected name"
"""Name of the work that follows a name that was approved."""
CORRECTED = "A corrected name was approved."
LONGEST = 2000
BEFORE = ("This certificate was issued again already.", "Open the newer one.")


@dataclass(frozen=True)
class Reissue:
    """Why certificates are issued again, by whom, when, and the address of the service that they name."""

    because: str
    actor_id: UUID | None
    home: str
    now: datetime


async def reissue(certificate_id: UUID, why: str, *, actor: Actor, home: str, now: datetime) -> Certificate:
    """Issues a certificate again as whoever decides; raises Conflict where it does not stand, or not any more."""
    row = await reissuable(certificate_id, actor=actor)
    why = why.strip()
    if not 0 < len(why) <= LONGEST:
        words = f"Say it in {LONGEST} letters or fewer" if why else "Say why, in a sentence"
        raise Invalid("There is a problem", problems={"why": words})
    if problem := await why_not(row, now=now):
        raise Conflict(problem, "Look at it in the register.")
    return await _issue(row, Reissue(why, actor.person_id, home, now))


async def reissuable(certificate_id: UUID, *, actor: Actor) -> Certificate:
    """Finds the certificate of somebody else about whom the actor may decide, with its certification."""
    found = await any_certification_visible_to(actor).get_or_none(certificates__id=certificate_id)
    if found is None:
        raise NotFound("There is no such certificate.", "Look for it in the register.")
    row = await Certificate.get(certification_id=found.id, id=certificate_id).prefetch_related("certification")
    words, remedy = "You may not issue this certificate again.", "Somebody else who decides has to."
    if row.person_id:
        await refuse_own(row.person_id, actor.person_id, words, remedy)
    if not await any_certification_visible_to(actor, "decide").filter(id=found.id).exists():
        raise NotAllowed(words, remedy)
    return row


async def why_not(row: Certificate, *, now: datetime) -> str:
    """Says why a certificate is not issued again; "" where it can be. Its certification must be fetched."""
    holder, last = await holder_of(row), await latest_certificate(row.certification_id)
    if last is None or last.id != row.id:
        return BEFORE[0]
    if row.bare_sha256 is not None:
        return "The holder's details were removed from this certificate."
    if not has_name(holder.id, holder.name):
        return "Nobody has told us this person's name."
    today = local_day(now, await zone_of(holder.unit_id))
    standing = await standing_of(row.certification, today)
    return "" if standing in IN_FORCE else "This certificate is over, so it is not issued again."


async def follow_name(request_id: UUID, *, home: str, now: datetime) -> None:
    """Issues again, once a corrected name is approved, each certificate in force that bears another name.

    Doing it twice, or after a crash in the middle, issues nothing twice: what bears the name of now is left alone.
    """
    asked = await NameRequest.get_or_none(id=request_id).select_related("person")
    if asked is None or asked.state != "approved":
        return
    wanted = Reissue(CORRECTED, asked.answered_by_id, home, now)
    for row, _ in await under_another_name(asked.person, now=now):
        await _issue(row, wanted)


async def under_another_name(person: Person, *, now: datetime) -> list[tuple[Certificate, str]]:
    """Lists the certificates in force that bear another name than their holder has now, each with that name."""
    found: list[tuple[Certificate, str]] = []
    for certification in await Certification.filter(person_id=person.id).order_by("recorded", "id"):
        row = await latest_certificate(certification.id)
        if row is None or await why_not(row, now=now):
            continue
        with suppress(Damaged):  # it is put right first, then issued again by hand
            if (name := facts_of(row).name) != person.name:
                found.append((row, name))
    return found


async def _issue(before: Certificate, wanted: Reissue) -> Certificate:
    """Writes the newer certificate and revokes the one before it, in one transaction; of two at once, one does."""
    now = wanted.now
    try:
        async with transaction():
            made = await reserve_again(before, because=wanted.because, home=wanted.home, now=now)
            await facts.record(
                "certificate.issued_again", made, actor=wanted.actor_id, person=made.person_id,
                unit=(await holder_of(made)).unit_id, now=now, detail={"before": str(before.id), "issue": made.issue},
            )  # fmt: skip
            await settle_bit(before.certification_id, now=now)
    except IntegrityError as error:
        raise Conflict(*BEFORE) from error
    return made
