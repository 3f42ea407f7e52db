"""Whether the record of a certificate still says what was signed; whoever runs the service is told when it does not."""

from datetime import datetime
from typing import Any

import structlog
from prometheus_client import Counter

from certificates.credentials import artefacts, badge, proofs, urls
from certificates.credentials.artefacts import TOKEN, Damaged
from certificates.credentials.facts import CertificateFacts, digest_of, thawed
from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Damage
from certificates.evaluations.models import Certificate
from training.core.errors import Upstream
from training.core.storage import FileStore

log = structlog.get_logger()
damaged_total = Counter("training_damaged_certificates_total", "Answers withheld, as the record was damaged")


class ProofMissing(Upstream):
    """The proof of a certificate is not at hand just now."""


def facts_of(row: Certificate) -> CertificateFacts:
    """Gives the frozen facts; raises Damaged when they are not those that were frozen."""
    if digest_of(row.facts) != (row.facts_sha256 if row.bare_sha256 is None else row.bare_sha256):
        raise Damaged("The frozen facts were changed.")
    return thawed(row.facts)


async def proven(row: Certificate, *, keys: KeyStore, store: FileStore, now: datetime) -> CertificateFacts:
    """Gives the facts that a public answer may rest on: as frozen, as signed, and as the certification stands.

    `row` comes with its certification. Raises Damaged, or Unproven while the signed token cannot be read.
    """
    try:
        facts = facts_of(row)
        if (row.certification.starts, row.certification.ends) != (facts.valid_from, facts.valid_until):
            raise Damaged("Its days are not those of the certification.")
        await _compare_with_token(row, facts, keys=keys, store=store)
    except Damaged as error:
        damaged_total.inc()
        log.error("certificate damaged", certificate=str(row.id), what=str(error))
        await Damage.bulk_create([Damage(certificate_id=row.id, what=str(error), found=now)], ignore_conflicts=True)
        raise
    except ProofMissing:
        log.error("proof not at hand", certificate=str(row.id))  # the file is gone, or the whole folder for a while
        raise
    return facts


async def _compare_with_token(row: Certificate, facts: CertificateFacts, *, keys: KeyStore, store: FileStore) -> None:
    """Compares the facts with the token: the signature under it is the one that takes no time to check."""
    found = await artefacts.latest(row.id, TOKEN)
    if found is None:
        if row.progress == "published" and row.bare_sha256 is None:
            raise Damaged("Its signed token is gone.")
        return  # not signed yet, or removed with the holder
    content = await artefacts.read(found, store=store)
    if content is None:
        raise ProofMissing("We cannot check this certificate just now.", "Try again later, or ask the issuer.")
    key = await keys.token_key(found.kid)
    try:
        known = {urls.key_page(facts.home, found.kid): key} if key else {}
        said: dict[str, Any] = proofs.verify_jwt(content.decode(), keys=known)
    except (proofs.Unproven, UnicodeDecodeError) as error:
        raise Damaged("Its signature does not fit.") from error
    if not badge.tells(said, facts, first=found.version == 1):
        raise Damaged("It says something else than what was signed.")


async def damage_of(row: Certificate, *, keys: KeyStore, store: FileStore, now: datetime) -> str:
    """Tells what is wrong with a record, for those who run the unit; "" for a sound one.

    Never raises: whoever has to withdraw a certificate must be able to while the files are away.
    """
    try:
        await proven(row, keys=keys, store=store, now=now)
    except (Damaged, Upstream) as error:
        return str(error)
    await Damage.filter(certificate_id=row.id).delete()
    return ""
