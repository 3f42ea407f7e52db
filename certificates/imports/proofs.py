"""Keeps scans of the papers of earlier certificates: added, removed and brought back by whoever decides."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from certificates.evaluations.models import any_certification_visible_to
from certificates.imports.models import EarlierCertificate, EarlierProof
from training.core.errors import Conflict, Invalid, NotFound
from training.core.handed_files import PROOFS, HandedFile, drop, wrong_with
from training.database.connection import transaction
from training.database.kept_files import kept
from training.people.actor import Actor
from training.trail import facts

MOST = 5
"""Scans of one certificate, at most."""
BROUGHT_BACK_WITHIN = timedelta(days=30)
FORGET = "forget removed scans"
"""Name of the work that removes their files once these days are over."""


async def add_proof(
    certification_id: UUID, file: HandedFile | None, *, actor: Actor, storage: Path, now: datetime
) -> EarlierProof:
    """Adds a scan of the paper of an earlier certificate; the same file again gives the row that is there."""
    old = await decidable(certification_id, actor=actor)
    if wrong := "Choose the scan or photo of the paper" if file is None else wrong_with(file):
        raise Invalid("There is a problem", problems={"file": wrong})
    assert file is not None
    there = await EarlierProof.filter(earlier_id=old.id, removed__isnull=True)
    if same := next((one for one in there if one.sha256 == file.sha256), None):
        return same
    if len(there) >= MOST:
        raise Invalid("There is a problem", problems={"file": f"There are {MOST} already. Remove one first"})
    async with kept(file, storage, PROOFS) as stored, transaction():
        made = await EarlierProof.create(
            id=uuid4(), earlier_id=old.id, file_name=file.shown_name, stored=stored, sha256=file.sha256, added=now
        )
        await facts.record(
            "proof.added", made, actor=actor.person_id, person=old.person_id, unit=actor.unit_id, now=now
        )  # fmt: skip
    return made


async def remove_proof(certification_id: UUID, proof_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Removes a scan that was added by mistake: nobody opens it any more, and for some days it can be brought back."""
    old, found = await _proof(certification_id, proof_id, actor=actor)
    async with transaction():
        if not await EarlierProof.filter(id=found.id, removed__isnull=True).update(removed=now):
            raise Conflict("This file is removed already.", "Look at the entry in the register.")
        await facts.record(
            "proof.removed", found, actor=actor.person_id, person=old.person_id, unit=actor.unit_id, now=now
        )  # fmt: skip


async def bring_back_proof(certification_id: UUID, proof_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Brings a scan back that was removed by mistake."""
    old, found = await _proof(certification_id, proof_id, actor=actor)
    there = EarlierProof.filter(earlier_id=old.id, removed__isnull=True)
    if await there.filter(sha256=found.sha256).exists():
        raise Conflict("This file is there already.", "Look at the entry in the register.")
    if await there.count() >= MOST:
        raise Conflict(f"There are {MOST} files already.", "Remove one first.")
    async with transaction():
        gone = EarlierProof.filter(id=found.id, removed__gt=now - BROUGHT_BACK_WITHIN).exclude(stored="")
        if not await gone.update(removed=None):
            raise Conflict("This file cannot be brought back any more.", "Add the scan again.")
        await facts.record(
            "proof.brought_back", found, actor=actor.person_id, person=old.person_id, unit=actor.unit_id, now=now
        )  # fmt: skip


async def forget_removed(*, storage: Path, now: datetime) -> None:
    """Removes the files of scans that cannot be brought back any more, and what they were called."""
    over = EarlierProof.filter(removed__lte=now - BROUGHT_BACK_WITHIN).exclude(stored="")
    for found in await over.select_related("earlier"):
        stored, old = found.stored, found.earlier
        async with transaction():
            await EarlierProof.filter(id=found.id).update(file_name="", stored="")
            await facts.record(
                "proof.forgotten", found, actor=None, person=old.person_id, unit=old.unit_id, now=now
            )  # fmt: skip
        drop(stored, storage, PROOFS)


async def _proof(
    certification_id: UUID, proof_id: UUID, *, actor: Actor
) -> tuple[EarlierCertificate, EarlierProof]:  # fmt: skip
    old = await decidable(certification_id, actor=actor)
    found = await EarlierProof.get_or_none(earlier_id=old.id, id=proof_id)
    if found is None:
        raise NotFound("There is no such file.", "Look at the entry in the register.")
    return old, found


async def decidable(certification_id: UUID, *, actor: Actor) -> EarlierCertificate:
    """Finds an earlier certificate of somebody else about whom the actor may decide."""
    found = await any_certification_visible_to(actor, "decide").get_or_none(id=certification_id)
    old = await EarlierCertificate.get_or_none(certification_id=found.id) if found else None
    if old is None or old.person_id == actor.person_id:
        raise NotFound("There is no such earlier certificate.", "Look for it in the register.")
    return old
