"""Recognises a certificate in a file that somebody was given: its PDF, badge, picture or token.

A stranger's file is found by its hash or by the id in it, and compared with what is kept here. Nothing in it is
believed and no signature in it is computed: whoever sends it would say how long that takes.
"""

import asyncio
import base64
import hashlib
import json
from codecs import BOM_UTF8
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from certificates.credentials import artefacts
from certificates.credentials.artefacts import BADGE
from certificates.credentials.models import Artefact
from certificates.credentials.pdf.attachments import LARGEST_BADGE, LARGEST_PDF, TRY_OTHERWISE, extract_attachment_apart
from certificates.credentials.pictures import baking
from certificates.evaluations.models import Certificate
from training.core.errors import Invalid
from training.core.storage import FileStore

PDF_HEAD = 1024  # bytes among which a PDF says that it is one
VERSIONS = 10  # of a badge that a file is compared with, the newest first
PHOTOS = ((0, b"\xff\xd8\xff"), (4, b"ftyp"), (8, b"WEBP"))  # where their kind is written
LONGEST_ID = 60
MOST_BRACKETS = 300
"""Lists and objects of a badge; ours have thirty. More of them are not read, however deep or wide they lie."""


@dataclass(frozen=True)
class Recognised:
    """Which certificate a file is. `same` tells that it says, letter by letter or value by value, what we made."""

    certificate_id: UUID
    credential_id: str
    same: bool


async def recognise(content: bytes, *, store: FileStore) -> Recognised:
    """Finds the certificate that a file is, or was before it was changed; raises Invalid, with the reason, for none.

    How the certificate stands now is a matter of the verify page, not of the file.
    """
    if not content.removeprefix(BOM_UTF8).strip():
        raise Invalid("This file is empty, so it cannot be read.", TRY_OTHERWISE)
    if len(content) > LARGEST_PDF:
        raise Invalid("This file is too large to be a certificate.", TRY_OTHERWISE)
    for each in {content, content.removeprefix(BOM_UTF8).strip()}:
        if found := await recognise_hash(await asyncio.to_thread(_sha256, each)):
            return found
    badge = await _badge_within(content)
    document = _document(badge or content)
    named = document.get("id")
    usual = isinstance(named, str) and len(named) <= LONGEST_ID and named.isprintable()
    row = await Certificate.get_or_none(credential_id=named) if usual else None
    if row is None:
        raise Invalid("This is not a certificate of this service.", "Ask whoever issued it.")
    same = not badge and await _is_kept(row.id, document, store=store)
    return Recognised(row.id, row.credential_id, same=same)


async def _badge_within(content: bytes) -> bytes:
    """Gives the badge in a PDF or picture, b"" where the file is none of these; raises Invalid for one without."""
    if b"%PDF" in content[:PDF_HEAD]:
        return await extract_attachment_apart(content)
    badge, is_png, is_svg = b"", content.startswith(baking.PNG_SIGN), baking.is_svg(content)
    if is_png or is_svg:
        badge = await asyncio.to_thread(baking.extract_png if is_png else baking.extract_svg, content)
    if not badge and (is_png or is_svg or any(content.startswith(sign, at) for at, sign in PHOTOS)):
        raise Invalid("This is a picture, and proves nothing by itself.", TRY_OTHERWISE)
    return badge


async def recognise_hash(sha256: str) -> Recognised | None:
    """Finds the certificate that a file with this hash is; None when no such file was made here."""
    made = await Artefact.filter(sha256=sha256.lower()).prefetch_related("certificate").first()
    return Recognised(made.certificate.id, made.certificate.credential_id, same=True) if made else None


async def _is_kept(certificate_id: UUID, document: dict[str, Any], *, store: FileStore) -> bool:
    """Tells whether the badge was kept with these values: wallets write it anew, with other spaces between them."""
    said = _spelt(document)
    made = Artefact.filter(certificate_id=certificate_id, kind=BADGE).exclude(path="").order_by("-version")
    for row in await made.limit(VERSIONS):
        kept = await artefacts.read(row, store=store)
        if kept and _spelt(json.loads(kept)) == said:
            return True
    return False


def _document(content: bytes) -> dict[str, Any]:
    """Reads a badge, or the badge in a token; raises Invalid for what is neither."""
    if len(content) > LARGEST_BADGE:
        raise Invalid("This file is too large to be a certificate.", TRY_OTHERWISE)
    try:
        text = content.decode(json.detect_encoding(content)).lstrip("\ufeff").strip()
        if not text.startswith("{"):
            payload = text.split(".")[1] if text.count(".") == 2 else ""
            text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
        brackets = text.count("{") + text.count("[")
        document = json.loads(text, object_pairs_hook=_once) if brackets <= MOST_BRACKETS else None
        if isinstance(document, dict):
            return document
    except ValueError:
        pass  # it is no JSON, or none that could be ours
    raise Invalid("This file cannot be read as a certificate.", TRY_OTHERWISE)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a name that stands twice: readers differ in which of its values they take."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} stands twice")
        found[name] = value
    return found


def _spelt(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
