"""The things made from a certificate: kept by hash, found by kind, the latest version of each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from certificates.credentials.models import Artefact
from training.core.errors import Conflict
from training.core.storage import FileStore
from training.database.connection import transaction
from training.trail import facts

BADGE, TOKEN, CODE, DOCUMENT, PNG, SVG = "badge", "token", "code", "document", "png", "svg"
SUFFIX = {BADGE: "json", TOKEN: "jwt", CODE: "txt", DOCUMENT: "pdf", PNG: "png", SVG: "svg"}


class Damaged(Conflict):
    """What is kept of a certificate is not what was made: nothing in it may be told. `what` is for the operator."""

    title = "This record is damaged"

    def __init__(self, what: str) -> None:
        super().__init__("This record is damaged.", "Ask the issuer.")
        self.what = what

    def __str__(self) -> str:
        return f"{self.message} {self.what}"


@dataclass(frozen=True)
class NewArtefact:
    """Something made, not yet kept."""

    kind: str
    version: int
    content: bytes
    kid: str = ""

    @property
    def sha256(self) -> str:
        """Gives the hash of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


async def write_content(certificate_id: UUID, made: NewArtefact, *, store: FileStore) -> str:
    """Puts the bytes on the file store, outside any transaction, and gives the path."""
    name = f"{made.kind}-{made.version}-{made.sha256[:16]}.{SUFFIX[made.kind]}"
    path = f"certificates/{certificate_id.hex[-2:]}/{certificate_id}/{name}"
    await store.put(path, made.content)
    return path


async def insert_row(certificate_id: UUID, made: NewArtefact, *, path: str, now: datetime) -> None:
    """Writes the row of something on the file store; when another was first with this version, theirs stands."""
    row = Artefact(
        id=uuid4(), certificate_id=certificate_id, kind=made.kind, version=made.version,
        sha256=made.sha256, size=len(made.content), path=path, kid=made.kid, made=now,
    )  # fmt: skip
    async with transaction():
        await Artefact.bulk_create([row], ignore_conflicts=True)
        if await Artefact.filter(id=row.id).exists():
            detail = {"certificate": str(certificate_id), "kind": made.kind, "sha256": made.sha256}
            await facts.record("artefact.stored", row, actor=None, now=now, detail=detail)


async def latest(certificate_id: UUID, kind: str) -> Artefact | None:
    """Finds the version of an artefact that counts; None also once it was removed with its holder."""
    there = Artefact.filter(certificate_id=certificate_id, kind=kind).exclude(path="")
    return await there.order_by("-version").first()


async def read(row: Artefact, *, store: FileStore) -> bytes | None:
    """Reads an artefact; None when it is gone from the file store; raises Damaged when it is not what was made."""
    content = await store.get(row.path)
    if content is not None and hashlib.sha256(content).hexdigest() != row.sha256:
        raise Damaged("A stored file of this certificate was changed.")
    return content
