"""Takes a certificate from reserved over signed and verified to published, and prints it; a crash loses nothing."""

import asyncio
import json
from datetime import datetime
from typing import cast
from uuid import UUID

from certificates.credentials import artefacts, badge, integrity, proofs
from certificates.credentials.artefacts import BADGE, CODE, DOCUMENT, SVG, TOKEN, NewArtefact
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Artefact, PublishedAchievement
from certificates.credentials.pdf.attachments import extract_attachment
from certificates.credentials.pdf.pool import PdfPool
from certificates.credentials.pictures import baking, drawing
from certificates.credentials.sheets import designs
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate
from certificates.evaluations.standing import OVER, standing_on
from training.core.dates import local_day
from training.core.errors import AppError, Conflict, Invalid, NotFound
from training.core.storage import FileStore
from training.database.connection import transaction
from training.people.holders import holder_of
from training.sites.models import CentralUnit
from training.trail import facts as trail


async def publish(certificate_id: UUID, *, keys: KeyStore, store: FileStore, now: datetime) -> None:
    """Signs, verifies and publishes a certificate. Doing it twice, or at once, or after a crash, publishes once.

    The facts were stored, with id and entry in the status list, when the certificate was reserved; it is published
    under the address that they name, also when the service has moved to another one since.
    """
    row = await _certificate(certificate_id)
    if row.progress == "published":
        return
    keys = keys.at(integrity.facts_of(row).home)
    if row.progress == "reserved":
        await _sign(row, version=1, keys=keys, store=store, now=now)
        await Certificate.filter(id=row.id, progress="reserved").update(progress="signed")
    if not await _verifies(row, keys=keys, store=store):
        # Lost from the file store, or its key was given up before anybody saw it: once more, with the key of now.
        found = await artefacts.latest(row.id, BADGE)
        await _sign(row, version=found.version + 1 if found else 1, keys=keys, store=store, now=now)
        if not await _verifies(row, keys=keys, store=store):
            raise Conflict("The signed certificate does not verify.", "Report this to whoever runs the service.")
    async with transaction():
        signed = Certificate.filter(id=row.id, progress="signed")
        if await signed.update(progress="published", published=now):
            person, unit = row.person_id, (await holder_of(row)).unit_id
            if row.issue == 1:  # one issued again says what was achieved under the rules of then
                await _tell_achievement(integrity.facts_of(row), unit, now=now)
            await trail.record("certificate.published", row, actor=None, person=person, unit=unit, now=now)


async def print_document(certificate_id: UUID, *, press: PdfPool, store: FileStore, now: datetime) -> bytes:
    """Gives the PDF with the badge in it, printed if it was not yet; raises AppError, with the reason, if it cannot be.

    The same facts and badge give the same bytes, so that a PDF lost from the file store is printed again as it was.
    """
    row = await _certificate(certificate_id)
    source = await _signed_badge(row)
    if content := await _kept(row, DOCUMENT, source.version, store):
        return content
    signed = await _content(source, store)
    found = await artefacts.latest(row.id, CODE)
    code = (await _content(found, store)).decode() if found else ""
    facts = integrity.facts_of(row)
    pictures = await designs.pictures_of(facts, store=store)
    printed = await press.print(facts, badge=signed, code=code, pictures=pictures)
    if await asyncio.to_thread(extract_attachment, printed) != signed:
        raise Conflict("The printed certificate does not carry its badge.", "Report this to whoever runs the service.")
    await _keep(row, NewArtefact(DOCUMENT, source.version, printed), store=store, now=now)
    return printed


async def bake_picture(row: Certificate, kind: str, *, store: FileStore, now: datetime) -> bytes:
    """Gives the picture (PNG or SVG) with the badge in it, drawn of the frozen facts if it was not yet."""
    source = await _signed_badge(row)
    if content := await _kept(row, kind, source.version, store):
        return content
    facts, signed = integrity.facts_of(row), await _content(source, store)
    words = {"level": facts.level, "programme": facts.programme, "issuer": facts.issuer_name}
    drawn = drawing.svg(**words, language=facts.language)
    if kind == SVG:
        baked = baking.bake_svg(drawn, signed)
    else:
        baked = baking.bake_png(await asyncio.to_thread(drawing.png, drawn), signed)
    await _keep(row, NewArtefact(kind, source.version, baked), store=store, now=now)
    return baked


async def _signed_badge(row: Certificate) -> Artefact:
    source = await artefacts.latest(row.id, BADGE)
    if source is None or row.progress != "published":
        raise _not_there(row, Conflict)
    return source


async def _kept(row: Certificate, kind: str, version: int, store: FileStore) -> bytes | None:
    """Gives what was made of this version of the badge before, if it is still there."""
    found = await artefacts.latest(row.id, kind)
    return await artefacts.read(found, store=store) if found and found.version == version else None


async def _keep(row: Certificate, made: NewArtefact, *, store: FileStore, now: datetime) -> None:
    path = await artefacts.write_content(row.id, made, store=store)
    await artefacts.insert_row(row.id, made, path=path, now=now)


async def credential_of(row: Certificate, kind: str, *, store: FileStore) -> bytes:
    """Gives the published badge (JSON) or token (JWT)."""
    found = await artefacts.latest(row.id, kind) if row.progress == "published" else None
    if found is None:
        raise _not_there(row, NotFound)
    return await _content(found, store)


async def refuse_other_home(kid: str, *, home: str) -> None:
    """Refuses to sign again, under the address of now, what a key had signed under another one."""
    there = Certificate.filter(artefacts__kid=kid).exclude(facts__contains=f'"home":{json.dumps(home)}')
    if row := await there.first():
        named = integrity.facts_of(row).home
        raise Invalid(
            f"Certificates of this key name {named}, and TRAINING_PUBLIC_URL is {home}.",
            f"Set TRAINING_PUBLIC_URL={named}, then give the command again; nothing was changed.",
        )


async def sign_again(kid: str, *, keys: KeyStore, store: FileStore, now: datetime) -> int:
    """Signs anew, under the same ids and valid from now, what a compromised key had signed; tells how many.

    What has expired or was withdrawn is left as it is. Doing it again after a crash goes on where it ended.
    """
    count, refused = 0, []
    for certificate_id in set(await Artefact.filter(kid=kid).values_list("certificate_id", flat=True)):
        row = await _certificate(cast(UUID, certificate_id))
        try:
            count += await _sign_one_again(row, kid, keys=keys, store=store, now=now)
        except AppError as error:
            refused.append(f"{row.serial}: {error}")
    if refused:
        words = f"{count} certificates were signed again, {len(refused)} could not be. {refused[0]}"
        raise Conflict(words, "Put that right, then give the command again.")
    return count


async def _sign_one_again(row: Certificate, kid: str, *, keys: KeyStore, store: FileStore, now: datetime) -> bool:
    newest = [each for kind in (BADGE, TOKEN, CODE) if (each := await artefacts.latest(row.id, kind))]
    versions = {each.version for each in newest}
    if kid not in {each.kid for each in newest} and len(versions) <= 1:
        return False
    facts, certification = integrity.facts_of(row), row.certification
    changes = await changes_of(certification.id)
    standing = standing_on(period_of(certification), changes, local_day(now, facts.zone))
    if standing in OVER or await Certificate.filter(certification_id=certification.id, issue__gt=row.issue).exists():
        return False
    made = await _made(row, version=max(versions) + 1, valid_from=now, keys=keys, now=now)
    paths = [await artefacts.write_content(row.id, each, store=store) for each in made]
    kept = [await store.get(path) for path in paths]
    if not await _prove(kept[0], kept[1], keys=keys):
        raise Conflict("What was signed does not verify.", "Report this to whoever runs the service.")
    async with transaction():
        for one, path in zip(made, paths, strict=True):
            await artefacts.insert_row(row.id, one, path=path, now=now)
        signed = await Artefact.filter(certificate_id=row.id)
        person, unit = row.person_id, (await holder_of(row)).unit_id
        await trail.record("certificate.signed_again", row, actor=None, person=person, unit=unit, now=now, rows=signed)
    return True


async def _certificate(certificate_id: UUID) -> Certificate:
    row = await Certificate.get_or_none(id=certificate_id).prefetch_related("certification")
    if row is None:
        raise NotFound("There is no such certificate.")
    return row


async def _sign(row: Certificate, *, version: int, keys: KeyStore, store: FileStore, now: datetime) -> None:
    for each in await _made(row, version=version, keys=keys, now=now):
        await _keep(row, each, store=store, now=now)


async def _made(
    row: Certificate, *, version: int, keys: KeyStore, now: datetime, valid_from: datetime | None = None
) -> list[NewArtefact]:
    """Signs the badge, the token and, where the square is to hold one, the code."""
    facts = integrity.facts_of(row)
    signer = await keys.signer(await CentralUnit.get(slug=facts.issuer_slug), now=now)
    composed = badge.compose(facts, valid_from=valid_from)
    if broken := badge.problems(composed):
        raise Conflict(f"The badge breaks the data model at {broken[0]}", "Mend the pathway's award and award again.")
    # The moment of the proof is that of the award, so that the same key gives the same bytes after a crash.
    document = signer.sign(composed, created=valid_from or facts.issued)
    text = json.dumps(document, ensure_ascii=False, indent=1)
    made = [
        NewArtefact(BADGE, version, text.encode(), kid=signer.document_kid),
        NewArtefact(TOKEN, version, signer.token(document).encode(), kid=signer.token_kid),
    ]
    if facts.square == "signed":
        made.append(NewArtefact(CODE, version, signer.code(facts).encode(), kid=signer.document_kid))
    return made


async def _verifies(row: Certificate, *, keys: KeyStore, store: FileStore) -> bool:
    """Believes nothing: reads from the file store what will be published, and checks it as a stranger would."""
    found = [await artefacts.latest(row.id, kind) for kind in (BADGE, TOKEN)]
    signed, token = [await artefacts.read(each, store=store) if each else None for each in found]
    return await _prove(signed, token, keys=keys)


async def _prove(signed: bytes | None, token: bytes | None, *, keys: KeyStore) -> bool:
    """Tells whether a badge and a token are both there, say the same, and are signed with keys that are believed."""
    if signed is None or token is None:
        return False
    document = json.loads(signed)
    try:
        proofs.verify_document(document, keys=await keys.trusted())
        said = proofs.verify_jwt(token.decode(), keys=await keys.trusted_for_tokens())
    except proofs.Unproven:
        return False
    return said == {name: value for name, value in document.items() if name != "proof"}


async def _tell_achievement(facts: CertificateFacts, unit_id: UUID, *, now: datetime) -> None:
    """Keeps what was achieved for its public address; another issuer's achievement of that name is left alone."""
    said = badge.achievement(facts)
    row = PublishedAchievement(slug=facts.achievement_slug, unit_id=unit_id, said=said, published=now)
    await PublishedAchievement.bulk_create([row], ignore_conflicts=True)
    await PublishedAchievement.filter(slug=facts.achievement_slug, unit_id=unit_id).update(said=said, published=now)


def _not_there(row: Certificate, kind: type[AppError]) -> AppError:
    if row.bare_sha256 is not None:
        return NotFound("The files of this certificate were removed with the holder's details.", "Its check goes on.")
    return kind("This certificate is not published yet.", "Wait a moment, then load the page again.")


async def _content(row: Artefact, store: FileStore) -> bytes:
    content = await artefacts.read(row, store=store)
    if content is None:
        raise Conflict("A stored file of this certificate is gone.", "Restore it from the backup.")
    return content
