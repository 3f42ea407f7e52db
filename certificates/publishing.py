"""Takes a certificate from reserved over signed and verified to published, and prints it; a crash loses nothing."""

import asyncio
import json
from datetime import datetime
from typing import cast
from uuid import UUID

from certificates import artefacts, badge, frozen, signing
from certificates.artefacts import BADGE, CODE, DOCUMENT, TOKEN, Made
from certificates.attachments import extract_attachment
from certificates.credential_models import Artefact, PublishedAchievement
from certificates.document import Press
from certificates.frozen import CertificateFacts
from certificates.keys import KeyStore
from certificates.models import Certificate
from certificates.shelf import Shelf
from training import facts as trail
from training.database.opening import transaction
from training.errors import Conflict, NotFound
from training.sites.models import CentralUnit


async def publish(certificate_id: UUID, *, keys: KeyStore, shelf: Shelf, now: datetime) -> None:
    """Signs, verifies and publishes a certificate. Doing it twice, or at once, or after a crash, publishes once.

    The facts were stored, with id and entry in the status list, when the certificate was reserved.
    """
    row = await _certificate(certificate_id)
    if row.progress == "published":
        return
    if row.progress == "reserved":
        await _sign(row, version=1, keys=keys, shelf=shelf, now=now)
        await Certificate.filter(id=row.id, progress="reserved").update(progress="signed")
    if not await _verifies(row, keys=keys, shelf=shelf):
        # Lost from the shelf, or its key was given up before anybody saw it: once more, with the key of now.
        found = await artefacts.latest(row.id, BADGE)
        await _sign(row, version=found.version + 1 if found else 1, keys=keys, shelf=shelf, now=now)
        if not await _verifies(row, keys=keys, shelf=shelf):
            raise Conflict("The signed certificate does not verify.", "Report this to whoever runs the service.")
    async with transaction():
        signed = Certificate.filter(id=row.id, progress="signed")
        if await signed.update(progress="published", published=now):
            person, unit = row.person_id, row.person.unit_id
            await _tell_achievement(_facts(row), unit, now=now)
            await trail.record("certificate.published", row, actor=None, person=person, unit=unit, now=now)


async def print_document(certificate_id: UUID, *, press: Press, shelf: Shelf, now: datetime) -> bytes:
    """Gives the PDF with the badge in it, printed if it was not yet; raises Trouble, with the reason, if it cannot be.

    The same facts and badge give the same bytes, so that a PDF lost from the shelf is printed again as it was.
    """
    row = await _certificate(certificate_id)
    source = await artefacts.latest(row.id, BADGE)
    if source is None or row.progress != "published":
        raise Conflict("This certificate is not published yet.", "Wait a moment, then load the page again.")
    kept = await artefacts.latest(row.id, DOCUMENT)
    if kept and kept.version == source.version and (content := await artefacts.read(kept, shelf=shelf)):
        return content
    signed = await _content(source, shelf)
    code = await artefacts.latest(row.id, CODE)
    printed = await press.print(_facts(row), badge=signed, code=(await _content(code, shelf)).decode() if code else "")
    if await asyncio.to_thread(extract_attachment, printed) != signed:
        raise Conflict("The printed certificate does not carry its badge.", "Report this to whoever runs the service.")
    made = Made(DOCUMENT, source.version, printed)
    await artefacts.note(row.id, made, path=await artefacts.shelve(row.id, made, shelf=shelf), now=now)
    return printed


async def credential_of(row: Certificate, kind: str, *, shelf: Shelf) -> bytes:
    """Gives the published badge (JSON) or token (JWT)."""
    found = await artefacts.latest(row.id, kind) if row.progress == "published" else None
    if found is None:
        raise NotFound("This certificate is not published yet.", "Wait a moment, then load the page again.")
    return await _content(found, shelf)


async def sign_again(kid: str, *, keys: KeyStore, shelf: Shelf, now: datetime) -> int:
    """Signs anew, under the same ids and valid from now, what a compromised key had signed; tells how many.

    Doing it again after a crash goes on where it ended.
    """
    count = 0
    for certificate_id in set(await Artefact.filter(kid=kid).values_list("certificate_id", flat=True)):
        row = await _certificate(cast(UUID, certificate_id))
        newest = [each for kind in (BADGE, TOKEN, CODE) if (each := await artefacts.latest(row.id, kind))]
        versions = {each.version for each in newest}
        if kid in {each.kid for each in newest} or len(versions) > 1:
            version = max(versions) + 1
            await _sign(row, version=version, valid_from=now, keys=keys, shelf=shelf, now=now)
            count += 1
    return count


async def _certificate(certificate_id: UUID) -> Certificate:
    row = await Certificate.get_or_none(id=certificate_id).prefetch_related("person")
    if row is None:
        raise NotFound("There is no such certificate.")
    return row


async def _sign(
    row: Certificate, *, version: int, keys: KeyStore, shelf: Shelf, now: datetime, valid_from: datetime | None = None
) -> None:
    facts = _facts(row)
    signer = await keys.signer(await CentralUnit.get(slug=facts.issuer_slug), now=now)
    composed = badge.compose(facts, valid_from=valid_from)
    if broken := badge.problems(composed):
        raise Conflict(f"The badge breaks the data model at {broken[0]}", "Mend the pathway's award and award again.")
    # The moment of the proof is that of the award, so that the same key gives the same bytes after a crash.
    document = signer.sign(composed, created=valid_from or facts.issued)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    made = [
        Made(BADGE, version, text.encode(), kid=signer.document_kid),
        Made(TOKEN, version, signer.token(document).encode(), kid=signer.token_kid),
    ]
    if facts.square == "signed":
        made.append(Made(CODE, version, signer.code(facts).encode(), kid=signer.document_kid))
    for each in made:
        path = await artefacts.shelve(row.id, each, shelf=shelf)
        await artefacts.note(row.id, each, path=path, now=now)


async def _verifies(row: Certificate, *, keys: KeyStore, shelf: Shelf) -> bool:
    """Believes nothing: reads from the shelf what will be published, and checks it as a stranger would."""
    found = [await artefacts.latest(row.id, kind) for kind in (BADGE, TOKEN)]
    content = [await artefacts.read(each, shelf=shelf) for each in found if each]
    if len(content) < len(found) or None in content:
        return False
    document, token = json.loads(content[0] or b""), (content[1] or b"").decode()
    try:
        signing.verify_document(document, keys=await keys.trusted())
        said = signing.verify_jwt(token, keys=await keys.trusted_for_tokens())
    except signing.Unproven:
        return False
    return said == {name: value for name, value in document.items() if name != "proof"}


async def _tell_achievement(facts: CertificateFacts, unit_id: UUID, *, now: datetime) -> None:
    """Keeps what was achieved for its public address; another issuer's achievement of that name is left alone."""
    said = badge.achievement(facts)
    row = PublishedAchievement(slug=facts.achievement_slug, unit_id=unit_id, said=said, published=now)
    await PublishedAchievement.bulk_create([row], ignore_conflicts=True)
    await PublishedAchievement.filter(slug=facts.achievement_slug, unit_id=unit_id).update(said=said, published=now)


async def _content(row: Artefact, shelf: Shelf) -> bytes:
    content = await artefacts.read(row, shelf=shelf)
    if content is None:
        raise Conflict("A stored file of this certificate is gone.", "Restore it from the backup.")
    return content


def _facts(row: Certificate) -> CertificateFacts:
    if frozen.digest_of(row.facts) != row.facts_sha256:
        raise Conflict("The frozen facts of this certificate were changed.", "Restore them from the backup.")
    return frozen.thawed(row.facts)
