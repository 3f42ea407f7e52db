"""The mails about what was decided, in plain words: the outcome, from when, why, what now, and how to object."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from certificates.decisions import outcomes
from certificates.decisions.outcomes import Outcome
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate, Certification, Decision, Objection, StateChange
from certificates.evaluations.standing import GOOD, GRANTING, standing_on
from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.holders import Holder, holder_of, same_holder
from training.people.models import Person
from training.sites.models import zone_of


@dataclass(frozen=True)
class SiteEmail:
    """What is to be told to a site: to each of those who coordinate it."""

    site_id: UUID
    mail: Mail


HolderEmail = PersonEmail | SiteEmail

FOUND = {
    "upheld": ("The decision stands", "We have looked at it again. The decision stays as it was."),
    "overturned": ("You were right", "We have looked at it again. The decision was wrong and does not stand."),
}
"""Finding on an objection → subject and first sentence of its answer."""


async def of_certificate(certificate_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Tells that somebody is certified, once the certificate can be opened; None when that is not so any more."""
    row = await Certificate.get(id=certificate_id).prefetch_related("certification")
    holder, found = await holder_of(row), row.certification
    outcome = await outcomes.of_certification(found, local_day(now, await zone_of(holder.unit_id)))
    if outcome.state not in GOOD:
        return None  # the mail about that change says how it stands
    same = {**same_holder(found), "pathway_slug": found.pathway_slug, "level": found.level}
    within = {f"certification__{name}": value for name, value in same.items()}
    earlier = await StateChange.filter(state="replaced", recorded=found.recorded, **within).exists()
    path = f"/certificates/{row.id}{'/milestone' if row.person_id else ''}"
    return _to(holder, "certificate", path, outcome=outcome, earlier=earlier)


async def of_new_signature(certificate_id: UUID) -> HolderEmail:
    """Tells that a certificate was signed again, as the key that had signed it is given up."""
    row = await Certificate.get(id=certificate_id)
    return _to(await holder_of(row), "signed_again", f"/certificates/{row.id}")


async def of_decision(decision_id: UUID) -> HolderEmail | None:
    """Tells a refusal; None for what was granted, which is told when the certificate is there."""
    made = await Decision.get(id=decision_id).prefetch_related("pathway", "objection")
    if made.outcome in GRANTING:
        return None
    return _of(await outcomes.of_decision(made), await holder_of(made))


async def of_change(change_id: UUID) -> HolderEmail | None:
    """Tells a change of a certification."""
    made = await StateChange.get(id=change_id).prefetch_related("certification", "objection")
    return _of(await outcomes.of_change(made), await holder_of(made.certification))


def _of(outcome: Outcome, holder: Holder) -> HolderEmail:
    return _to(holder, "outcome", _page(holder), outcome=outcome)


async def of_answer(objection_id: UUID) -> HolderEmail:
    """Tells what was found on an objection, and why."""
    found = await Objection.get(id=objection_id)
    holder = await holder_of(found)
    subject, words = FOUND[found.finding]
    waits = found.decision_id and found.finding == "overturned"
    path = f"/certificates/outcomes/{found.decision_id or found.change_id}"
    return _to(
        holder, "objection", path, subject=subject, found=words, why=found.reasons,
        standing_path=_page(holder) if waits else "",
    )  # fmt: skip


async def reminder(certification_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Reminds that a certification ends; None when it no longer holds, was renewed, or cannot be opened yet."""
    found = await Certification.get(id=certification_id).prefetch_related("certificate")
    holder = await holder_of(found)
    today = local_day(now, await zone_of(holder.unit_id))
    standing = standing_on(period_of(found), await changes_of(found.id), today)
    waits = found.certificate is not None and found.certificate.published is None
    if standing not in GOOD or waits or found.ends is None or found.ends < today:
        return None
    values = {"level": found.level_title, "until": found.ends, "left": (found.ends - today).days}
    return _to(holder, "reminder", _page(holder), **values)


async def ended(certification_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Tells that the time of a certification is over, with or without grace; None when it was renewed or taken back."""
    found = await Certification.get(id=certification_id)
    holder = await holder_of(found)
    outcome = await outcomes.of_certification(found, local_day(now, await zone_of(holder.unit_id)))
    if outcome.state not in ("in_grace", "lapsed") or outcome.grounds != "time":
        return None
    return _of(outcome, holder)


def _page(holder: Holder) -> str:
    """The page that says what is left to do."""
    return "/pathways" if isinstance(holder, Person) else f"/sites/{holder.id}/licences"


def _to(holder: Holder, template: str, path: str, **values: Any) -> HolderEmail:
    if isinstance(holder, Person):
        return PersonEmail(holder.id, Mail(f"certificates/{template}", values, path))
    return SiteEmail(holder.id, Mail(f"certificates/{template}", values, path, site=holder.name))
