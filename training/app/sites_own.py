"""What follows of what a site itself did, holds or was told: which site a fact is about, and who reads its letters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from certificates.decisions import jobs
from certificates.decisions.emails import SiteEmail
from certificates.evaluations.models import Appeal, Certificate, Certification, Decision
from training.core.dates import local_day
from training.people.contact.emails import PersonEmail
from training.people.models import Membership
from training.people.visibility import active_on
from training.programmes.models import Adoption
from training.records.models import Record
from training.sites.models import Site, zone_of
from training.trail import facts
from training.trail.models import Fact, Followup

TABLES: Mapping[str, Any] = {
    "programmes.Adoption": Adoption,
    "records.Record": Record,
    "certificates.Decision": Decision,
    "certificates.Certification": Certification,
    "certificates.Certificate": Certificate,
    "certificates.Appeal": Appeal,
}
"""Tables whose rows can be of a site itself, as facts name them."""


async def consider(fact: Fact, *, home: str, now: datetime) -> None:
    """Asks the rules about the site that a fact is about, if any, and queues those whose rules look at their site."""
    # The site whose own record, decision or certification the fact is about, or that took up a programme.
    model = TABLES.get(fact.subject_kind)
    row = await model.get_or_none(id=fact.subject_id) if model else None
    if site_id := row.site_id if isinstance(row, Adoption) else row and row.holder_site_id:
        await jobs.evaluate_and_follow(site_id, home=home, now=now)
        await facts.schedule(jobs.PEOPLE_OF, f"{jobs.PEOPLE_OF}@{fact.id}", due=now, subject_id=str(site_id))


async def addressed(letter: SiteEmail, work: Followup, *, now: datetime) -> PersonEmail | None:
    """Addresses a letter to a site to the coordinator for whom the work is; other work is queued for each of them."""
    if "to" in work.payload:
        return PersonEmail(UUID(work.payload["to"]), letter.mail)
    today = local_day(now, await zone_of((await Site.get(id=letter.site_id)).unit_id))
    here = Membership.filter(active_on(today), site_id=letter.site_id, role="coordinator")
    for to in sorted({str(one) for one in await here.values_list("person_id", flat=True)}):
        payload = {**work.payload, "to": to, "fact": work.fact_id}
        await facts.schedule(work.kind, f"{work.key}/{to}", due=now, payload=payload, subject_id=work.subject_id)
    return None
