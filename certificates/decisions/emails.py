"""The mails about what was decided, in plain words: the outcome, from when, why, what now, and how to object."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from certificates.decisions import outcomes
from certificates.decisions.outcomes import Outcome
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate, Certification, Decision, Objection, StateChange
from certificates.evaluations.standing import GOOD, GRANTING, standing_on
from training.core.dates import day, local_day
from training.people.contact.emails import PersonEmail
from training.people.holders import Holder, holder_of, same_holder
from training.people.models import Person
from training.sites.models import zone_of


@dataclass(frozen=True)
class SiteEmail:
    """What is to be told to a site: to each of those who coordinate it."""

    site_id: UUID
    subject: str
    text: str


HolderEmail = PersonEmail | SiteEmail

FOUND = {
    "upheld": ("The decision stands", "We have looked at it again. The decision stays as it was."),
    "overturned": ("You were right", "We have looked at it again. The decision was wrong and does not stand."),
}
"""Finding on an objection → subject and first sentence of its answer."""


async def of_certificate(certificate_id: UUID, *, public_url: str, now: datetime) -> HolderEmail | None:
    """Tells that somebody is certified, once the certificate can be opened; None when that is not so any more."""
    row = await Certificate.get(id=certificate_id).prefetch_related("certification")
    holder = await holder_of(row)
    today = local_day(now, await zone_of(holder.unit_id))
    outcome = await outcomes.of_certification(row.certification, today)
    if outcome.state not in GOOD:
        return None  # the mail about that change says how it stands
    until = f" until {day(outcome.until)}" if outcome.until else ""
    warm = ["Congratulations! You did the work, and it shows. Well done, from all of us."]
    lines = warm if outcome.state == "certified" else []
    lines += [outcome.words.means, f"It runs from {day(outcome.since)}{until}.", *_why(outcome)]
    page = f"{public_url}/certificates/{row.id}" + ("/milestone" if row.person_id else "")
    lines.append(f"{outcome.words.next_step} It is here:\n{page}")
    if await _earlier(row.certification):
        lines.append("It takes the place of your earlier certificate. Whoever checks that one reads: replaced.")
    return await _letter(holder, outcome.heading, [*lines, *_objecting(outcome, public_url)])


async def of_new_signature(certificate_id: UUID, *, public_url: str) -> HolderEmail:
    """Tells that a certificate was signed again, as the key that had signed it is given up."""
    row = await Certificate.get(id=certificate_id)
    lines = [
        "A key that we sign certificates with may be known to others. We do not use it any more.",
        "So we have signed your certificate again. It says the same as before.",
        f"Please save the new PDF and badge in place of the old ones:\n{public_url}/certificates/{row.id}",
        "The link on a printed copy works as before.",
    ]
    return await _letter(await holder_of(row), "Your certificate was signed again", lines)


async def _earlier(found: Certification) -> bool:
    same = {**same_holder(found), "pathway_slug": found.pathway_slug, "level": found.level}
    within = {f"certification__{name}": value for name, value in same.items()}
    return await StateChange.filter(state="replaced", recorded=found.recorded, **within).exists()


async def of_decision(decision_id: UUID, *, public_url: str) -> HolderEmail | None:
    """Tells a refusal; None for what was granted, which is told when the certificate is there."""
    made = await Decision.get(id=decision_id).prefetch_related("pathway", "objection")
    if made.outcome in GRANTING:
        return None
    return await _of(await outcomes.of_decision(made), await holder_of(made), public_url)


async def of_change(change_id: UUID, *, public_url: str) -> HolderEmail | None:
    """Tells a change of a certification."""
    made = await StateChange.get(id=change_id).prefetch_related("certification", "objection")
    return await _of(await outcomes.of_change(made), await holder_of(made.certification), public_url)


async def _of(outcome: Outcome, holder: Holder, public_url: str) -> HolderEmail:
    until = f" It ends after {day(outcome.until)}." if outcome.until else ""
    begins = "It was decided on" if outcome.is_refusal else "This counts from"
    lines = [outcome.words.means, f"{begins} {day(outcome.since)}.{until}", *_why(outcome)]
    lines.append(f"What you can do now: {outcome.words.next_step}\n{public_url}{_page(holder)}")
    return await _letter(holder, outcome.heading, [*lines, *_objecting(outcome, public_url)])


def _why(outcome: Outcome) -> list[str]:
    return [f"Why: {outcome.reason}"] if outcome.reason else []


def _objecting(outcome: Outcome, public_url: str) -> list[str]:
    if outcome.appeal_until is None:
        return []
    return [
        f"If you think that this is wrong, you can say so until {day(outcome.appeal_until)}, in your own words:\n"
        f"{public_url}/certificates/outcomes/{outcome.id}"
    ]


async def of_answer(objection_id: UUID, *, public_url: str) -> HolderEmail:
    """Tells what was found on an objection, and why."""
    found = await Objection.get(id=objection_id)
    holder = await holder_of(found)
    subject, first = FOUND[found.finding]
    address = f"{public_url}/certificates/outcomes/{found.decision_id or found.change_id}"
    lines = ["You said that a decision about you was wrong.", first, f"Why: {found.reasons}", address]
    if found.decision_id and found.finding == "overturned":
        lines.append(
            "You need do nothing now. When somebody has decided again, you get a mail. "
            f"This page shows how you stand until then:\n{public_url}{_page(holder)}"
        )
    return await _letter(holder, subject, lines)


async def reminder(certification_id: UUID, *, public_url: str, now: datetime) -> HolderEmail | None:
    """Reminds that a certification ends; None when it no longer holds, was renewed, or cannot be opened yet."""
    found = await Certification.get(id=certification_id).prefetch_related("certificate")
    holder = await holder_of(found)
    today = local_day(now, await zone_of(holder.unit_id))
    standing = standing_on(period_of(found), await changes_of(found.id), today)
    if standing not in GOOD or found.certificate.published is None or found.ends is None or found.ends < today:
        return None
    left = (found.ends - today).days
    days = "1 day" if left == 1 else f"{left} days"
    lines = [
        f"You are certified as {found.level_title} until {day(found.ends)}. That is in {days}.",
        f"See what to do to renew:\n{public_url}{_page(holder)}",
    ]
    return await _letter(holder, f"{days} left: {found.level_title}", lines)


async def ended(certification_id: UUID, *, public_url: str, now: datetime) -> HolderEmail | None:
    """Tells that the time of a certification is over, with or without grace; None when it was renewed or taken back."""
    found = await Certification.get(id=certification_id)
    holder = await holder_of(found)
    outcome = await outcomes.of_certification(found, local_day(now, await zone_of(holder.unit_id)))
    if outcome.state not in ("in_grace", "lapsed") or outcome.grounds != "time":
        return None
    return await _of(outcome, holder, public_url)


def _page(holder: Holder) -> str:
    """The page that says what is left to do."""
    return "/pathways" if isinstance(holder, Person) else f"/sites/{holder.id}/licences"


async def _letter(holder: Holder, subject: str, lines: list[str]) -> HolderEmail:
    await holder.fetch_related("unit")
    contact = f"Questions? Write to {holder.unit.contact}." if holder.unit.contact else ""
    end = "\n".join(filter(None, [holder.unit.name, contact]))
    if isinstance(holder, Person):
        text = "\n\n".join([f"Hello {holder.name},", *lines, end])
        return PersonEmail(holder.id, subject, f"{text}\n")
    about = f"This letter is to the site {holder.name}. Where it says you, it means the site."
    text = "\n\n".join(["Hello,", about, *lines, end])
    return SiteEmail(holder.id, f"{holder.name}: {subject}", f"{text}\n")
