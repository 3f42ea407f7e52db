"""What programs are told of certificates: awarded, withdrawn, soon to end; as far as each sees the register."""

from datetime import datetime, timedelta
from uuid import UUID

from certificates.decisions import emails
from certificates.decisions.emails import HolderEmail
from certificates.decisions.jobs import DAYS_BEFORE
from certificates.evaluations.models import (
    Certificate,
    Certification,
    any_certification_visible_to,
    latest_certificate,
)
from training.clients.actor import ClientActor
from training.clients.webhooks.messages import Event, announce
from training.core.dates import local_day, start_of
from training.people.holders import holder_of
from training.sites.models import zone_of
from training.trail.models import Fact

TELL = "tell programs"
TOLD = {"certificate.published": "certificate.awarded", "certificate.withdrawn": "certificate.withdrawn"}
"""Kind of fact → kind of event. A certificate is told of once its credential can be read."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Tells programs what a fact says of a certificate; nothing of one issued again, as it is no new award."""
    fact = await Fact.get(id=fact_id)
    if fact.kind == "certificate.published":
        certificate = await Certificate.get(id=fact.subject_id)
        if certificate.issue == 1:
            await _announce(TOLD[fact.kind], certificate.certification_id, at=fact.recorded, now=now)
    else:
        await _announce(TOLD[fact.kind], UUID(fact.subject_id), at=fact.recorded, now=now)


async def reminder(certification_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Writes the letter that a certification ends, and tells programs; neither where it no longer holds."""
    letter = await emails.reminder(certification_id, now=now)
    if letter:
        found = await Certification.get(id=certification_id)
        zone = await zone_of((await holder_of(found)).unit_id)
        assert found.ends is not None
        left = (found.ends - local_day(now, zone)).days
        # Of the day on which it was due: tried again a day later it is still the same event.
        due = min((days for days in DAYS_BEFORE if days >= left), default=left)
        await _announce("certificate.expiring", found.id, at=start_of(found.ends - timedelta(days=due), zone), now=now)
    return letter


async def _announce(kind: str, certification_id: UUID, *, at: datetime, now: datetime) -> None:
    found = await Certification.get(id=certification_id).prefetch_related("programme")
    certificate = await latest_certificate(found.id)
    data = {
        "certification": str(found.id),
        "certificate": str(certificate.id) if certificate else None,
        "person": str(found.person_id) if found.person_id else None,
        "programme": found.programme.slug,
        "level": found.level_title,
        "ends": found.ends.isoformat() if found.ends else None,
    }

    async def sees(program: ClientActor) -> bool:
        return await any_certification_visible_to(program).filter(id=found.id).exists()

    await announce(Event(kind, found.id, at, data), unit_id=found.programme.unit_id, sees=sees, now=now)
