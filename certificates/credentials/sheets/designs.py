"""How a unit's certificates look: pictures, words and language; looked at first, then used for those that come."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from certificates.credentials.artefacts import Damaged
from certificates.credentials.facts import CertificateFacts
from certificates.credentials.models import SheetDesign
from certificates.credentials.pdf.glyphs import unprintable
from training.core.errors import Conflict, Invalid, NotFound
from training.core.handed_files import HandedFile
from training.core.storage import FileStore
from training.database.connection import transaction
from training.people.actor import Actor
from training.trail import facts as trail

FOLDER = "sheets"
MOST_BYTES = 200_000
MOST_PIXELS = 2_000
KINDS = (".png", ".jpg")
WRONG_KIND = "Choose a picture, as PNG or JPEG"
TOO_LARGE = f"Choose a picture of at most {MOST_BYTES // 1000} KB and {MOST_PIXELS} pixels on each side"
BROKEN = "This picture cannot be opened. Save it again, or choose another one"
FOR_PRINTERS = "This picture has the colours of a printing press. Save it with colours for screens (RGB)"


@dataclass(frozen=True, kw_only=True)
class NewDesign:
    """What the central unit asks for: words that differ from the usual ones, and pictures; none keeps the last one."""

    language: str = ""
    wording: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, HandedFile | None] = field(default_factory=dict)
    without: frozenset[str] = frozenset()


async def in_use(unit_id: UUID) -> SheetDesign | None:
    """Finds how certificates of a unit look now; None where nobody has changed that."""
    return await SheetDesign.filter(unit_id=unit_id, used__isnull=False).order_by("-used").first()


async def latest(unit_id: UUID) -> SheetDesign | None:
    """Finds what was drawn up last, used or not, for whoever goes on from there."""
    return await SheetDesign.filter(unit_id=unit_id).order_by("-made").first()


async def draw_up(asked: NewDesign, *, actor: Actor, store: FileStore, now: datetime) -> SheetDesign:
    """Records a design to be looked at; raises Invalid for a picture or words that cannot stand on a sheet."""
    before, names = await latest(actor.unit_id), {"logo": "", "signature": ""}
    wrong = {name: f"Our typefaces cannot print {signs}" for name, words in asked.wording.items()
             if (signs := unprintable(words))}  # fmt: skip
    for name, file in asked.pictures.items():
        if file and (words := await asyncio.to_thread(wrong_with, file)):
            wrong[name] = words
    if wrong:
        raise Invalid("There is a problem", problems=wrong)
    for name, file in asked.pictures.items():
        kept = getattr(before, name) if before and name not in asked.without else ""
        names[name] = await _keep(file, store) if file else kept
    async with transaction():
        row = await SheetDesign.create(
            id=uuid4(), unit_id=actor.unit_id, language=asked.language, wording=dict(asked.wording), made=now,
            logo=names["logo"], signature=names["signature"],
        )  # fmt: skip
        await trail.record("sheet.drawn_up", row, actor=actor.person_id, unit=actor.unit_id, now=now)
    return row


async def use(design_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Lets the certificates that come be printed so; those that are there stay as they are."""
    async with transaction():
        row = await SheetDesign.get_or_none(id=design_id, unit_id=actor.unit_id)
        if row is None:
            raise NotFound("There is no such sheet.", "Look at how your certificates look now.")
        if not await SheetDesign.filter(id=row.id, used__isnull=True).update(used=now):
            raise Conflict("This sheet was used before.", "Draw up a new one.")
        await row.refresh_from_db()
        await trail.record("sheet.used", row, actor=actor.person_id, unit=actor.unit_id, now=now)


def frozen(design: SheetDesign | None) -> dict[str, Any]:
    """Gives what the facts of a certificate keep of a design."""
    if design is None:
        return {}
    return {"wording": design.wording, "logo": design.logo, "signature": design.signature}


async def pictures_of(facts: CertificateFacts, *, store: FileStore) -> dict[str, bytes]:
    """Gives the pictures that frozen facts name, by name; raises Damaged for one that is not as it was."""
    found: dict[str, bytes] = {}
    for name in filter(None, (facts.logo, facts.signature)):
        content = await store.get(f"{FOLDER}/{name}")
        if content is None:
            raise Conflict("A picture of this sheet is gone.", "Restore it from the backup.")
        if hashlib.sha256(content).hexdigest() != name.partition(".")[0]:
            raise Damaged("A picture of its sheet was changed.")
        found[name] = content
    return found


def wrong_with(file: HandedFile) -> str:
    """Says why a picture cannot stand on a sheet, for whoever chose it; "" when it can. All of it is unpacked."""
    if file.kind not in KINDS:
        return WRONG_KIND
    if len(file.content) > MOST_BYTES:
        return TOO_LARGE
    try:
        with Image.open(BytesIO(file.content), formats=("PNG", "JPEG")) as image:
            if max(image.size) > MOST_PIXELS:  # before anything is unpacked
                return TOO_LARGE
            image.load()
            return FOR_PRINTERS if image.mode == "CMYK" else ""
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow says of what is broken
        return BROKEN


async def _keep(file: HandedFile, store: FileStore) -> str:
    """Keeps a picture under its own hash, so that what facts name proves itself; the same one is kept once."""
    name = f"{file.sha256}{file.kind}"
    await store.put(f"{FOLDER}/{name}", file.content)
    return name
