"""The mails about what was decided, in plain words: the outcome, from when, why, what now, and how to appeal."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certificates.credentials.integrity import facts_of
from certificates.decisions import outcomes
from certificates.decisions.actions import turn_of
from certificates.decisions.deciders import panel_size
from certificates.decisions.models import Vote
from certificates.decisions.outcomes import Outcome
from certificates.decisions.panels import latest_of
from certificates.evaluations import pathway_versions
from certificates.evaluations.changes import standing_of
from certificates.evaluations.models import (
    Appeal,
    Certificate,
    Certification,
    Decision,
    Evaluation,
    StateChange,
    latest_certificate,
)
from certificates.evaluations.standing import GOOD, GRANTING, IN_FORCE
from training.core.dates import local_day
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.people.holders import Holder, holder_of, same_holder
from training.people.models import Person
from training.records.words import plain
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
    "refused": ("Your appeal came too late", "Your appeal came after its days were over. We cannot accept it."),
}
"""Finding on an appeal → subject and first sentence of its answer."""
LATE = ("We have your appeal", "It came after its days were over. We tell you soon if we accept it.")
STEPS = {
    "made": ("We have your appeal", "Somebody who had no part in the decision will look at it."),
    "accepted": ("We accept your appeal", "Your appeal came late. We accept it all the same."),
    "looked_at": ("Your appeal is being looked at", "Somebody who had no part in the decision looks at it now."),
}
"""Step of an appeal → subject and first sentence to whoever appealed."""
STEPS_TOLD = {
    "made": "%(name)s appeals against a decision.",
    "accepted": "%(name)s appealed late, and it was accepted.",
    "looked_at": "Somebody looks at the appeal of %(name)s now.",
    "answered": "The appeal of %(name)s is decided.",
}
"""Step of an appeal → what those who can decide it are told."""


async def of_certificate(certificate_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Tells that somebody is certified, once the certificate can be opened; None when that is not so any more."""
    row = await Certificate.get(id=certificate_id).prefetch_related("certification")
    holder, found = await holder_of(row), row.certification
    if row.issue > 1:
        return await _issued_again(row, holder, today=local_day(now, await zone_of(holder.unit_id)))
    outcome = await outcomes.of_certification(found, local_day(now, await zone_of(holder.unit_id)))
    if outcome.state not in GOOD:
        return None  # the mail about that change says how it stands
    same = {**same_holder(found), "pathway_slug": found.pathway_slug, "level": found.level}
    within = {f"certification__{name}": value for name, value in same.items()}
    earlier = await StateChange.filter(state="replaced", recorded=found.recorded, **within).exists()
    path = f"/certificates/{row.id}{'/milestone' if row.person_id else ''}"
    return _to(holder, "certificate", path, outcome=outcome, earlier=earlier)


async def _issued_again(row: Certificate, holder: Holder, *, today: date) -> HolderEmail | None:
    """Tells that a certificate was issued again; None when that was issued again, too, or has ended meanwhile."""
    outcome = await outcomes.of_certificate(row, today)
    if outcome.state not in IN_FORCE:
        return None
    before = await Certificate.get(certification_id=row.certification_id, issue=row.issue - 1)
    renamed = facts_of(row).name != facts_of(before).name
    values = {"outcome": outcome, "renamed": renamed, "because": row.because, "before": before.serial}
    return _to(holder, "issued_again", f"/certificates/{row.id}", serial=row.serial, **values)


async def of_new_signature(certificate_id: UUID) -> HolderEmail:
    """Tells that a certificate was signed again, as the key that had signed it is given up."""
    row = await Certificate.get(id=certificate_id)
    return _to(await holder_of(row), "signed_again", f"/certificates/{row.id}")


async def of_decision(decision_id: UUID) -> HolderEmail | None:
    """Tells a refusal; None for what was granted, which is told when the certificate is there."""
    made = await Decision.get(id=decision_id).prefetch_related("pathway", "appeal")
    if made.outcome in GRANTING:
        return None
    return _of(await outcomes.of_decision(made), await holder_of(made))


async def of_change(change_id: UUID) -> HolderEmail | None:
    """Tells a change of a certification."""
    made = await StateChange.get(id=change_id).prefetch_related("certification", "appeal")
    return _of(await outcomes.of_change(made), await holder_of(made.certification))


def _of(outcome: Outcome, holder: Holder) -> HolderEmail:
    return _to(holder, "outcome", _page(holder), outcome=outcome)


async def of_appeal(appeal_id: UUID, *, step: str) -> HolderEmail:
    """Tells whoever appealed how far it is: by when it is looked at and decided, or what was found and why."""
    found = await Appeal.get(id=appeal_id)
    holder, path = await holder_of(found), f"/certificates/outcomes/{found.about_id}"
    values: dict[str, Any] = {"why": "", "standing_path": "", "look_by": None, "decide_by": None}
    late = bool(found.late) and step == "made"
    subject, words = FOUND[found.finding] if step == "answered" else LATE if late else STEPS[step]
    if step == "answered":
        waits = found.decision_id and found.finding == "overturned"
        values |= {"why": found.reasons, "standing_path": _page(holder) if waits else ""}
    elif not late:
        values |= {"look_by": None if step == "looked_at" else found.look_by, "decide_by": found.decide_by}
    return _to(holder, "appeal", path, subject=subject, found=words, **values)


async def of_appeal_to_decide(appeal_id: UUID, *, step: str, to: str) -> PersonEmail | None:
    """Tells somebody who can decide an appeal how far it is; None for who did that step."""
    found = await Appeal.get(id=appeal_id)
    if UUID(to) in (found.answered_by_id, found.looked_at_by_id if step == "looked_at" else None):
        return None
    name = (await holder_of(found)).name
    values = {"name": name, "told": STEPS_TOLD[step], "open": step != "answered", "decide_by": found.decide_by}
    return PersonEmail(UUID(to), Mail("certificates/appeal_to_decide", values, f"/certificates/appeals/{found.id}"))


async def of_case(evaluation_id: UUID, *, to: str) -> PersonEmail | None:
    """Asks a member of a panel to vote; None where the case waits for their vote no longer."""
    row = await latest_of(await Evaluation.get(id=evaluation_id).prefetch_related("pathway"))
    if row is None or await Vote.filter(turn=turn_of(row), member_id=to).exists():
        return None
    level = pathway_versions.read(row.pathway).levels[row.level].title or plain(row.level)
    values = {"name": (await holder_of(row)).name, "level": f"{row.pathway.title}, {level}", "votes": panel_size(row)}
    return PersonEmail(UUID(to), Mail("certificates/vote", values, f"/certificates/decisions/{row.id}"))


async def reminder(certification_id: UUID, *, now: datetime) -> HolderEmail | None:
    """Reminds that a certification ends; None when it no longer holds, was renewed, or cannot be opened yet."""
    found, last = await Certification.get(id=certification_id), await latest_certificate(certification_id)
    holder = await holder_of(found)
    today = local_day(now, await zone_of(holder.unit_id))
    standing = await standing_of(found, today)
    waits = last is not None and last.issue == 1 and last.published is None
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
