"""Writes what holders let others see: links made, ended and opened, and their word for the list of a site's staff."""

import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from certificates.credentials.facts import verify_token
from certificates.credentials.integrity import facts_of
from certificates.evaluations.models import Certificate
from certificates.verification.models import (
    ShareLink,
    ShareLinkUse,
    StaffListing,
    listings_visible_to,
    share_links_visible_to,
)
from training.core.dates import local_day
from training.core.errors import Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.visibility import active_on
from training.trail import facts as trail

LONGEST = timedelta(days=366)
GONE = "This link does not work any more."
ASK = "Ask whoever gave it to you for a new one."


async def make_link(
    row: Certificate, *, label: str, once: bool, ends: date, actor: Actor, now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> None:  # fmt: skip
    """Records a link to an own certificate; raises Invalid for a last day that is over or too far."""
    if not actor.today <= ends <= actor.today + LONGEST:
        raise Invalid("There is a problem", problems={"ends": "Enter a day from today on, within a year"})
    async with transaction():
        await ShareLink.create(
            id=uuid4(), certificate_id=row.id, token=verify_token(random=random), label=label, once=once, ends=ends,
            made=now,
        )  # fmt: skip
        await trail.record("share_link.made", row, actor=actor.person_id, unit=actor.unit_id, now=now)


async def end_link(link_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Ends an own link; one that is over stays as it is."""
    async with transaction():
        found = await share_links_visible_to(actor).get_or_none(id=link_id).prefetch_related("certificate")
        if found is None:
            raise NotFound("There is no such link.", "Look at your links.")
        if await ShareLink.filter(id=link_id, ended__isnull=True).update(ended=now):
            row = found.certificate
            await trail.record("share_link.ended", row, actor=actor.person_id, unit=actor.unit_id, now=now)


async def find_link(token: str, *, now: datetime) -> ShareLink:
    """Finds a link that still works, with its certificate; raises NotFound, for one that is over as for none."""
    there = ShareLink.filter(token=token, ended__isnull=True, certificate__bare_sha256__isnull=True)
    found = await there.first().prefetch_related("certificate__certification")
    if found is None or found.ends < local_day(now, facts_of(found.certificate).zone):
        raise NotFound(GONE, ASK)
    return found


async def open_link(found: ShareLink, *, now: datetime) -> None:
    """Records that a link was opened; of many at once only one opens a link that is for once."""
    async with transaction():
        if found.once and not await ShareLink.filter(id=found.id, ended__isnull=True).update(ended=now):
            raise NotFound(GONE, ASK)
        await ShareLinkUse.create(id=uuid4(), link_id=found.id, opened=now)


async def be_listed(site_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Records the actor's word that the public list of an own site may name them."""
    if not await Membership.filter(active_on(actor.today), person_id=actor.person_id, site_id=site_id).exists():
        raise NotFound("You have no role at this site.", "Look at the list of your sites.")
    async with transaction():
        _, new = await StaffListing.get_or_create(
            person_id=actor.person_id, site_id=site_id, defaults={"id": uuid4(), "given": now}
        )
        if new:
            await _note("staff_listing.given", site_id, actor, now)


async def leave_list(site_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Takes the actor's word back; they are named no more from now on."""
    async with transaction():
        if await listings_visible_to(actor).filter(site_id=site_id).delete():
            await _note("staff_listing.taken_back", site_id, actor, now)


async def _note(kind: str, site_id: UUID, actor: Actor, now: datetime) -> None:
    me, detail = await Person.get(id=actor.person_id), {"site": str(site_id)}
    await trail.record(kind, me, actor=me.id, person=me.id, unit=actor.unit_id, detail=detail, now=now)
