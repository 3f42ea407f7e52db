"""The frozen facts of a certificate, with its ids: every artefact is made from them and from nothing else."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from training.core.dates import DEFAULT_ZONE
from training.parsing.text import folded

TEMPLATE_VERSION = "3"  # of what is made from facts, sheet and badge; a change of either is a new version
ADDED = ("wording", "logo", "signature")  # since version 3; written only where they say something
TOKEN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
TOKEN_LENGTH = 26  # five bits a letter: 130 bits
PREFIX_LENGTH = 4  # letters that a serial begins with, at most
NO_LETTERS = "C"  # stands for a title that has none of A to Z
SERIAL_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Random = Callable[[int], bytes]  # secrets.token_bytes, handed in


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Somebody whose name stands under the certificate."""

    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class EvidenceCount:
    """How much of one kind of evidence the decision rested on, in words: "Group sessions led", "14"."""

    label: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """What a certificate says, on the day it was awarded.

    `square` is what the QR code holds: a link, or also the signed facts, for a check without a network (signed).
    `zone` names the clocks by which its first day begins and its last one ends. `holder` is person or site.
    `home` is the address of the service without a path, `valid_until` the last day (none: for ever),
    `wording` has the words of the sheet that its issuer says in its own way; `logo` and `signature` name pictures by
    their hash. `subject_id` is a random urn:uuid per person and issuer, `email_hash` is `sha256$…` of the address and
    `email_salt`.
    """

    credential_id: str
    serial: str
    home: str
    verify_token: str
    language: str
    name: str
    title: str
    level: str
    programme: str
    programme_slug: str
    achievement_slug: str
    achievement_version: str
    description: str
    criteria: str
    valid_from: date
    valid_until: date | None
    issued: datetime
    issuer_name: str
    issuer_slug: str
    signatories: tuple[Signatory, ...]
    subject_id: str
    status_list: str
    status_index: int
    evidence: tuple[EvidenceCount, ...] = ()
    email_hash: str = ""
    email_salt: str = ""
    square: str = "link"
    zone: str = DEFAULT_ZONE
    holder: str = "person"
    wording: Mapping[str, str] = field(default_factory=dict)
    logo: str = ""
    signature: str = ""
    template_version: str = TEMPLATE_VERSION

    @property
    def verify_url(self) -> str:
        """Gives the address where anybody checks this certificate."""
        return f"{self.home}/v/{self.verify_token}"

    def since(self, version: int) -> bool:
        """Tells whether these were frozen at this template version or later: earlier ones are made as they were."""
        return int(self.template_version) >= version


def canonical(facts: CertificateFacts) -> str:
    """Writes the facts as JSON of which there is only one spelling, the same as before a field was added."""
    said = {name: value for name, value in asdict(facts).items() if value or name not in ADDED}
    return json.dumps(said, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(facts: CertificateFacts) -> str:
    """Gives the SHA-256 of the canonical facts, in hexadecimal."""
    return digest_of(canonical(facts))


def digest_of(text: str) -> str:
    """Gives the SHA-256 of facts as they were stored: facts may gain fields, and stored ones stay as they are."""
    return hashlib.sha256(text.encode()).hexdigest()


def thawed(text: str) -> CertificateFacts:
    """Reads canonical facts back."""
    read: dict[str, Any] = json.loads(text)
    read["valid_from"] = date.fromisoformat(read["valid_from"])
    read["valid_until"] = date.fromisoformat(read["valid_until"]) if read["valid_until"] else None
    read["issued"] = datetime.fromisoformat(read["issued"])
    read["signatories"] = tuple(Signatory(**each) for each in read["signatories"])
    read["evidence"] = tuple(EvidenceCount(**each) for each in read["evidence"])
    return CertificateFacts(**read)


def _plain(value: date | datetime) -> str:
    return value.isoformat()


def uuid7(now: datetime, *, random: Random) -> UUID:
    """Makes a UUID that sorts by time. Source: https://www.rfc-editor.org/rfc/rfc9562#section-5.7"""
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(random(10))
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    return UUID(int=value)


def verify_token(*, random: Random) -> str:
    """Makes the secret of a verify address: 26 letters and digits of base32, 130 random bits."""
    return base64.b32encode(random(20)).decode().lower()[:TOKEN_LENGTH]


def initials(title: str) -> str:
    """Gives the letters that the serials of a title begin with, each one of A to Z."""
    words = folded(title).upper().split()
    return "".join(word[0] for word in words if "A" <= word[0] <= "Z")[:PREFIX_LENGTH] or NO_LETTERS


def serial(prefix: str, *, year: int, number: int) -> str:
    """Makes the number people read out, no secret, with a last letter that shows typing errors: GT-2026-00042-K."""
    body = f"{prefix.upper()}-{year}-{number:05d}"
    return f"{body}-{check_letter(body)}"


def check_letter(body: str) -> str:
    """Source: ISO/IEC 7064, MOD 37,36: finds every single wrong letter and every swap of neighbours."""
    state = 36
    for letter in body:
        if letter in SERIAL_LETTERS:
            state = (state + SERIAL_LETTERS.index(letter)) % 36 or 36
            state = state * 2 % 37
    return SERIAL_LETTERS[(37 - state) % 36]
