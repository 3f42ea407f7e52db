"""The certificate as an Open Badge 3.0: composed from frozen facts, judged against the data model, verified."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from importlib.resources import files
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jsonschema import Draft201909Validator

from certificates.credentials import bitstring, proofs, urls
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.json_ld import CREDENTIALS, OPEN_BADGES
from certificates.credentials.proofs import Unproven
from training.core.dates import end_of, start_of

LAST_SECOND = time(23, 59, 59)

_SCHEMA = json.loads(files("certificates.credentials").joinpath("open_badge.schema.json").read_text("utf-8"))
_RULES = Draft201909Validator(_SCHEMA)


@dataclass(frozen=True)
class Proven:
    """A credential whose proof and status list were checked."""

    credential_id: str
    issuer: str
    method: str
    withdrawn: bool
    starts: datetime
    ends: datetime | None

    def valid_at(self, moment: datetime) -> bool:
        """Tells whether the credential holds at a moment; grace is for the verify page to know."""
        return not self.withdrawn and self.starts <= moment and (self.ends is None or moment <= self.ends)


def compose(facts: CertificateFacts, *, valid_from: datetime | None = None) -> dict[str, Any]:
    """Writes the unsigned credential; `valid_from` only when it is signed again after a key was compromised.

    Source: Open Badges 3.0, section B.1.3 (OpenBadgeCredential).
    """
    document: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": facts.credential_id,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": facts.title,
        "description": facts.description,
        "issuer": profile(facts.home, slug=facts.issuer_slug, name=facts.issuer_name),
        "validFrom": _stamp(valid_from or start_of(facts.valid_from, facts.zone)),
        "awardedDate": _stamp(facts.issued),
        "credentialSubject": _subject(facts),
        "credentialStatus": bitstring.entry(facts.status_list, facts.status_index),
    }
    if facts.valid_until:
        document["validUntil"] = _stamp(end_of(facts.valid_until, facts.zone))
    if facts.evidence:
        document["evidence"] = [
            {"type": ["Evidence"], "name": each.label, "narrative": each.amount} for each in facts.evidence
        ]
    return document


def profile(home: str, *, slug: str, name: str) -> dict[str, Any]:
    """Writes an issuer."""
    address = urls.issuer_page(home, slug)
    return {"id": urls.issuer_did(home, slug), "type": ["Profile"], "name": name, "url": address}


def achievement(facts: CertificateFacts) -> dict[str, Any]:
    """Writes what was achieved, the same for all who achieve it."""
    page = urls.achievement_page(facts.home, facts.achievement_slug)
    picture = {"image": {"id": f"{page}/badge.png", "type": "Image", "caption": f"{facts.level}, {facts.programme}"}}
    return {
        "id": page,
        "type": ["Achievement"],
        "name": facts.title,
        "description": facts.description,
        "criteria": {"narrative": facts.criteria},
        "achievementType": "Certification",
        "version": facts.achievement_version,
        "inLanguage": "en",  # what we write ourselves; the sheet around it is in the language of its holder
        "tag": [each for each in (facts.programme, facts.level) if each],
        **(picture if facts.since(3) else {}),
    }


def tells(document: Mapping[str, Any], facts: CertificateFacts, *, first: bool) -> bool:
    """Tells whether a credential that was signed here says these facts; only the `first` one begins when they do.

    Days may be written as earlier versions of the service wrote them.
    """
    due, last = compose(facts), facts.valid_until
    begins = (due["validFrom"], _at(facts.valid_from, time()))
    ends = (due.get("validUntil"), _at(last, LAST_SECOND) if last else None)
    if document.get("validUntil") not in ends or (first and document.get("validFrom") not in begins):
        return False
    return _substance(document) == _substance(due)


def _substance(document: Mapping[str, Any]) -> dict[str, Any]:
    """Gives what a credential says apart from its days and the words around them."""
    subject = document["credentialSubject"]
    achieved = {name: value for name, value in subject["achievement"].items() if name != "inLanguage"}
    names = ("id", "name", "description", "issuer", "awardedDate", "credentialStatus", "evidence")
    return {name: document.get(name) for name in names} | {"subject": {**subject, "achievement": achieved}}


def problems(document: Mapping[str, Any]) -> list[str]:
    """Lists where a credential breaks the data model of Open Badges 3.0."""
    found = sorted(_RULES.iter_errors(document), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in found]


def verify(
    document: Mapping[str, Any],
    *,
    keys: Mapping[str, Ed25519PublicKey],
    status_lists: Mapping[str, Mapping[str, Any]],
    now: datetime,
) -> Proven:
    """Checks the proof, and the bit in the issuer's status list; raises Unproven when either cannot be believed.

    `keys` are the methods that issuers vouch for, `status_lists` the published list credentials by address.
    """
    method = proofs.verify_document(document, keys=keys)
    try:
        entry = document["credentialStatus"]
        published = status_lists[entry["statusListCredential"]]
        withdrawn = _raised(published, entry=entry, issuer=proofs.issuer_of(document), keys=keys, now=now)
        return Proven(
            credential_id=document["id"],
            issuer=proofs.issuer_of(document),
            method=method,
            withdrawn=withdrawn,
            starts=datetime.fromisoformat(document["validFrom"]),
            ends=datetime.fromisoformat(document["validUntil"]) if "validUntil" in document else None,
        )
    except Unproven:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise Unproven("The status of this credential cannot be read.") from error


def _raised(
    published: Mapping[str, Any],
    *,
    entry: Mapping[str, Any],
    issuer: str,
    keys: Mapping[str, Ed25519PublicKey],
    now: datetime,
) -> bool:
    proofs.verify_document(published, keys=keys)
    subject = published["credentialSubject"]
    same = published["id"] == entry["statusListCredential"] and proofs.issuer_of(published) == issuer
    if not same or subject["statusPurpose"] != entry["statusPurpose"]:
        raise Unproven("The status list belongs to somebody else.")
    if datetime.fromisoformat(published["validUntil"]) < now:
        raise Unproven("The status list is out of date.")
    return bitstring.is_raised(subject["encodedList"], int(entry["statusListIndex"]))


def _subject(facts: CertificateFacts) -> dict[str, Any]:
    named = {"type": "IdentityObject", "hashed": False, "identityHash": facts.name, "identityType": "name"}
    identifiers: list[dict[str, Any]] = [named]
    if facts.email_hash:
        hashed = {"hashed": True, "identityHash": facts.email_hash, "identityType": "emailAddress"}
        identifiers.append({"type": "IdentityObject", **hashed, "salt": facts.email_salt})
    return {
        "id": facts.subject_id,
        "type": ["AchievementSubject"],
        "identifier": identifiers,
        "licenseNumber": facts.serial,
        "achievement": achievement(facts),
    }


def _at(day: date, hour: time) -> str:
    return f"{datetime.combine(day, hour).isoformat()}Z"


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
