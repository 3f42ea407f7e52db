"""A certificate of the demo world, its keys and its status list, for the tests of this room."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from certificates.credentials import bitstring, urls
from certificates.credentials.facts import CertificateFacts, EvidenceCount, Signatory
from certificates.credentials.proofs import multikey

HOME = "https://training.example.org"
NOW = datetime(2027, 3, 3, 14, 0, tzinfo=UTC)
LIST = f"{HOME}/status-lists/1"

FACTS = CertificateFacts(
    credential_id="urn:uuid:0195f0a8-7b1c-7c3e-9a53-1f2e3d4c5b6a",
    serial="GT-2027-00042-W",
    home=HOME,
    verify_token="abcdefghijklmnopqrstuvwxyz",
    language="en",
    name="Amina Yusuf",
    title="Growing Together group leader",
    level="Group leader",
    programme="Growing Together",
    programme_slug="growing-together",
    achievement_slug="growing-together-group-leader",
    achievement_version="1",
    description="May lead Growing Together groups for parents.",
    criteria="Completed the training, led two groups with supervision, and was assessed twice while leading a group.",
    valid_from=date(2027, 3, 3),
    valid_until=date(2029, 3, 2),
    issued=NOW,
    issuer_name="Parenting Together",
    issuer_slug="together",
    signatories=(Signatory(name="Dara Okafor", role="Head of quality, Parenting Together"),),
    subject_id="urn:uuid:6b0c5f6e-5a0f-4d53-8b86-6a1a7f2d9c11",
    status_list=LIST,
    status_index=90210,
    evidence=(
        EvidenceCount(label="Group sessions led", amount="14"),
        EvidenceCount(label="Hours of supervision", amount="8"),
        EvidenceCount(label="Assessments passed", amount="2"),
    ),
    email_hash="sha256$" + "ab" * 32,
    email_salt="pepper",
)
ISSUER = urls.issuer_did(HOME, FACTS.issuer_slug)

ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
METHOD = f"{ISSUER}#{multikey(ED25519.public_key())}"
KEYS = {METHOD: ED25519.public_key()}
RSA: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
KID = urls.key_page(HOME, "k1")


def facts(**changes: Any) -> CertificateFacts:
    """Gives the facts with some of them changed."""
    return replace(FACTS, **changes)


def unsigned_list(*raised: int) -> dict[str, Any]:
    """Gives the unsigned status list with some bits set."""
    return bitstring.credential(LIST, issuer=ISSUER, encoded=bitstring.packed(raised), now=NOW)
