"""Reserves a certificate: freezes the facts as they will be printed, and takes its ids, before anything is signed."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from certificates.credentials import facts, status_lists
from certificates.credentials.facts import (
    TEMPLATE_VERSION,
    CertificateFacts,
    EvidenceCount,
    Signatory,
    canonical,
    digest,
    thawed,
)
from certificates.credentials.integrity import facts_of
from certificates.credentials.pdf.template import WORDS
from certificates.credentials.sheets import designs
from certificates.evaluations.evaluate_person import PersonEvaluation, per_of
from certificates.evaluations.models import Certificate, Certification, Decision
from training.core.errors import Conflict
from training.people.holders import Holder, holder_of, kind_of, whose
from training.people.models import Email, Person
from training.people.names import has_name
from training.sites.models import CentralUnit, Programme

COUNTED = {
    "learning": "Courses completed",
    "delivery": "Groups led",
    "supervision": "Supervision sessions",
    "assessment": "Assessments",
}
"""Evidence types that a certificate mentions, with the words for them."""
ACHIEVEMENT_LETTERS = 140
"""Room that the table has for the name of an achievement; it begins with the issuer's, as others have such levels."""


@dataclass(frozen=True)
class Issue:
    """What a certificate is reserved for: the holder, what was considered, what was decided."""

    holder: Holder
    considered: PersonEvaluation
    certification: Certification
    decision: Decision


async def reserve(
    issue: Issue, *, home: str, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes
) -> Certificate:
    """Writes the row of a certificate in the caller's transaction; follow-up work signs and publishes it.

    The check shows as much of its holder as of the certificate before it.
    """
    if not has_name(issue.holder.id, issue.holder.name):
        raise Conflict("Nobody has told us this person's name.", "Write it on their page.")
    unit = await CentralUnit.get(id=issue.holder.unit_id)
    place, holder = await status_lists.take(unit.id, home=home, random=random), whose(issue.holder)
    last = await Certificate.filter(**holder).order_by("-reserved").first()
    frozen = await _frozen(issue, unit, place, home=home, now=now, random=random)
    return await Certificate.create(
        id=uuid4(), certification_id=issue.certification.id, **holder, shows=last.shows if last else "name",
        **_row_of(frozen, place, now),
    )  # fmt: skip


async def reserve_again(
    before: Certificate, *, because: str, home: str, now: datetime, random: Callable[[int], bytes] = secrets.token_bytes
) -> Certificate:
    """Writes, in the caller's transaction, the row of the certificate that takes the place of one.

    Name, sheet and signature are those of now, ids and number are new; all that was decided stays: days, version,
    evidence, who decided. The check shows as much of its holder as before. Raises Damaged where the facts were changed.
    """
    holder, was = await holder_of(before), facts_of(before)
    unit = await CentralUnit.get(id=holder.unit_id)
    place = await status_lists.take(unit.id, home=home, random=random)
    frozen = replace(
        was,
        credential_id=f"urn:uuid:{facts.uuid7(now, random=random)}",
        serial=facts.serial(facts.initials(was.programme), year=was.valid_from.year, number=place.number),
        home=home,
        verify_token=facts.verify_token(random=random),
        name=holder.name,
        issued=now,
        status_list=place.address,
        status_index=place.index,
        square="signed",
        template_version=TEMPLATE_VERSION,
        **await look_of(holder, unit),
        **{"email_hash": "", "email_salt": ""} | await _told_of(holder, random(16).hex()),
    )
    return await Certificate.create(
        id=uuid4(), certification_id=before.certification_id, issue=before.issue + 1, because=because, **whose(holder),
        shows=before.shows, opens_badge=before.opens_badge, leads_on=before.leads_on, **_row_of(frozen, place, now),
    )  # fmt: skip


def _row_of(frozen: CertificateFacts, place: status_lists.StatusEntry, now: datetime) -> dict[str, Any]:
    """Gives the columns that hold the facts and the ids in them."""
    return {
        "serial": frozen.serial, "verify_token": frozen.verify_token, "credential_id": frozen.credential_id,
        "facts": canonical(frozen), "facts_sha256": digest(frozen), "status_list_id": place.list_id,
        "status_index": place.index, "reserved": now,
    }  # fmt: skip


async def _frozen(
    issue: Issue,
    unit: CentralUnit,
    place: status_lists.StatusEntry,
    *,
    home: str,
    now: datetime,
    random: Callable[[int], bytes],
) -> CertificateFacts:
    certification, version = issue.certification, issue.considered.version
    programme, level = await Programme.get(id=certification.programme_id), certification.level_title
    return CertificateFacts(
        credential_id=f"urn:uuid:{facts.uuid7(now, random=random)}",
        serial=facts.serial(facts.initials(programme.title), year=certification.starts.year, number=place.number),
        home=home,
        verify_token=facts.verify_token(random=random),
        name=issue.holder.name,
        title=f"{programme.title}: {level}",
        level=level,
        programme=programme.title,
        programme_slug=programme.slug,
        achievement_slug=f"{unit.slug}-{version.slug}-{certification.level}".replace("_", "-")[:ACHIEVEMENT_LETTERS],
        achievement_version=version.version,
        description=f"Certified as {level.lower()} of {programme.title}, by {unit.name}.",
        criteria=_criteria(issue),
        valid_from=certification.starts,
        valid_until=certification.ends,
        issued=now,
        issuer_name=unit.name,
        issuer_slug=unit.slug,
        signatories=await _signatories(issue.decision, unit),
        subject_id=await _subject(issue.holder, random),
        status_list=place.address,
        status_index=place.index,
        evidence=_counts(issue),
        square="signed",
        zone=unit.zone,
        **await look_of(issue.holder, unit),
        **await _told_of(issue.holder, random(16).hex()),
    )


async def look_of(holder: Holder, unit: CentralUnit) -> dict[str, Any]:
    """Gives the sheet of now: what the unit puts on it, in its language, else the holder's, else the unit's own."""
    design, own = await designs.in_use(unit.id), holder.language if isinstance(holder, Person) else ""
    languages = (design.language if design else "", own, unit.language)
    language = next((one for one in languages if one in WORDS), "en")
    return {"language": language, **designs.frozen(design)}


async def _subject(holder: Holder, random: Callable[[int], bytes]) -> str:
    """Names the holder towards this issuer: at random, and the same in all of their certificates."""
    earlier = await Certificate.filter(**whose(holder)).order_by("reserved").first()
    return thawed(earlier.facts).subject_id if earlier else f"urn:uuid:{UUID(bytes=random(16), version=4)}"


def _criteria(issue: Issue) -> str:
    """Says in a sentence what it took, from the titles of the requirements."""
    level = issue.considered.pathway.levels[issue.certification.level]
    asked = [one for one in (*level.entry, *level.requires) if not one.advisory]
    titles = [one.title or one.id.replace("_", " ") for one in asked]
    return f"Under {issue.considered.version.title}, version {issue.considered.version.version}: {'; '.join(titles)}."


async def _signatories(decision: Decision, unit: CentralUnit) -> tuple[Signatory, ...]:
    if decision.decided_by_id is None:
        return (Signatory(name=unit.name, role="Decided by the rules of the pathway"),)
    if decision.panel is not None:
        return (Signatory(name=unit.name, role=f"Decided by a panel of {len(decision.deciders)}"),)
    decider = await Person.get(id=decision.decided_by_id)
    return (Signatory(name=decider.name, role=f"For {unit.name}"),)


def _counts(issue: Issue) -> tuple[EvidenceCount, ...]:
    """Counts the evidence that the requirements of the level used, by kind."""
    own = (issue.certification.level, issue.certification.per)
    levels = [one for one in issue.considered.verdict.levels if (one.level, per_of(one)) == own]
    used = {one for level in levels for node in level.nodes() for one in node.used}
    kinds = Counter(record["type"] for record in issue.considered.evidence["records"] if record["id"] in used)
    return tuple(EvidenceCount(label=words, amount=str(kinds[kind])) for kind, words in COUNTED.items() if kinds[kind])


async def _told_of(holder: Holder, salt: str) -> dict[str, Any]:
    """Tells of which kind the holder is, with a hash by which whoever knows the address of a person recognises them."""
    email = await Email.filter(person_id=holder.id, confirmed=True).first()
    if email is None:
        return {"holder": kind_of(holder)}
    hashed = hashlib.sha256((email.address + salt).encode()).hexdigest()
    return {"holder": kind_of(holder), "email_hash": f"sha256${hashed}", "email_salt": salt}
