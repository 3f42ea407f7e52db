"""Recognises a certificate in a file that somebody was given: the PDF, the badge (JSON) or the token (JWT)."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from certificates import badge, signing, status_lists
from certificates.attachments import LARGEST_BADGE, extract_attachment
from certificates.credential_models import Artefact
from certificates.keys import KeyStore
from certificates.models import Certificate
from training.errors import Invalid, NotFound


@dataclass(frozen=True)
class Recognised:
    """Which certificate a file is. `same` tells that it is, byte for byte, the file that was made here."""

    certificate_id: UUID
    credential_id: str
    same: bool


async def recognise(content: bytes, *, keys: KeyStore, now: datetime) -> Recognised:
    """Finds the certificate that a file proves; raises Invalid, with the reason, when it proves none.

    How the certificate stands now is a matter of the verify page, not of the file.
    """
    if found := await recognise_hash(hashlib.sha256(content).hexdigest()):
        return found
    try:
        credential_id = await _proven(content, keys=keys, now=now)
    except (signing.Unproven, ValueError, RecursionError, NotFound) as error:
        reason = str(error) if isinstance(error, signing.Unproven) else "This file is no certificate."
        raise Invalid(
            reason, "Ask the holder for the file as it was downloaded, or type the certificate's number."
        ) from error
    row = await Certificate.get_or_none(credential_id=credential_id)
    if row is None:
        raise Invalid("No certificate of this service has this id.", "Ask whoever issued it.")
    return Recognised(row.id, credential_id, same=False)


async def recognise_hash(sha256: str) -> Recognised | None:
    """Finds the certificate that a file with this hash is; None when no such file was made here."""
    made = await Artefact.filter(sha256=sha256.lower()).prefetch_related("certificate").first()
    return Recognised(made.certificate.id, made.certificate.credential_id, same=True) if made else None


async def _proven(content: bytes, *, keys: KeyStore, now: datetime) -> str:
    if content.startswith(b"%PDF"):
        content = await asyncio.to_thread(extract_attachment, content)
    if len(content) > LARGEST_BADGE:
        raise signing.Unproven("This file is too large to be a certificate.")
    text = content.decode("utf-8").strip()
    if not text.startswith("{"):
        return str(signing.verify_jwt(text, keys=await keys.trusted_for_tokens())["id"])
    document: Mapping[str, Any] = json.loads(text)
    lists = await _lists(document, keys=keys, now=now)
    return badge.verify(document, keys=await keys.trusted(), status_lists=lists, now=now).credential_id


async def _lists(document: Mapping[str, Any], *, keys: KeyStore, now: datetime) -> dict[str, Any]:
    """Reads the one list of ours that the document names; nothing is ever fetched."""
    status = document.get("credentialStatus")
    address = str(status.get("statusListCredential", "")) if isinstance(status, Mapping) else ""
    if not address.startswith(f"{keys.home}/status-lists/"):
        raise signing.Unproven("This certificate was not issued by this service.")
    list_id = UUID(address.rpartition("/")[2])
    return {address: json.loads(await status_lists.signed(list_id, keys=keys, now=now))}
