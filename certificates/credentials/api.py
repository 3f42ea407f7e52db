"""Certificates for programs: what one says and how it stands today, and its credential as it was signed."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from certificates.credentials.artefacts import BADGE, TOKEN
from certificates.credentials.integrity import proven
from certificates.credentials.publish import credential_of
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.changes import changes_of, period_of
from certificates.evaluations.models import Certificate, certificates_visible_to
from certificates.evaluations.standing import standing_on
from training.clients.operations import ApiCall, Operation
from training.core.errors import NotFound
from training.parsing.text import typed_number
from training.web.render import as_file, identity

KINDS = {"application/vc+ld+json": BADGE, "application/jwt": TOKEN}
"""Media type → the artefact that is given."""
ALSO = {"application/vc+ld+json": ("application/json", "application/*", "*/*"),
        "application/jwt": ("application/*", "*/*")}  # fmt: skip
"""What is given → by what else it may be accepted, the nearest first."""


class CertificateShape(BaseModel):
    """One certificate: what is printed on it, and how it stands today."""

    id: UUID
    certification: UUID = Field(description="Its entry in the register.")
    serial: str
    person: UUID | None = Field(description="None where a site is certified.")
    name: str
    level: str
    programme: str
    starts: date
    ends: date | None
    issued: datetime
    issuer: str
    standing: str | None = Field(description="How it stands today; none before its first day.")
    replaced_by: UUID | None = Field(description="The certificate that was issued again in its place.")
    check: str = Field(description="The address of its public check.")


async def certificate(call: ApiCall) -> CertificateShape:
    """Tells what a certificate says, where its record is what was signed."""
    row, given = await _certificate(call), CredentialResources.of(call.request)
    facts = await proven(row, keys=given.keys, store=given.store, now=call.now)
    standing = standing_on(period_of(row.certification), await changes_of(row.certification.id), call.actor.today)
    again = (
        await Certificate.filter(certification_id=row.certification_id, issue__gt=row.issue).order_by("issue").first()
    )
    return CertificateShape(
        id=row.id, certification=row.certification_id, serial=row.serial, person=row.person_id, name=facts.name,
        level=facts.level, programme=facts.programme, starts=facts.valid_from, ends=facts.valid_until,
        issued=facts.issued, issuer=facts.issuer_name, standing=standing, replaced_by=again.id if again else None,
        check=f"{given.settings.public_url}/v/{row.verify_token}",
    )  # fmt: skip


async def credential(call: ApiCall) -> Response:
    """Gives the badge or the token, by what the program accepts."""
    kind = _accepted(call.request.headers.get("accept", ""))
    row, given = await _certificate(call), CredentialResources.of(call.request)
    await proven(row, keys=given.keys, store=given.store, now=call.now)
    content = await credential_of(row, KINDS[kind], store=given.store)
    ending = "jwt" if KINDS[kind] == TOKEN else "json"
    headers = as_file(f"certificate-{row.serial}.{ending}", shown="inline")
    headers |= {"Cache-Control": "private, no-store", "Vary": "Accept, Authorization"}
    return Response(content, headers=headers, media_type=kind)


def _accepted(accept: str) -> str:
    """Chooses what is given, by weight and then as it is named first; raises HTTPException where nothing can be.

    Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
    """
    asked: dict[str, tuple[float, int]] = {}
    for at, one in enumerate((accept.strip() or "*/*").lower().split(",")):
        kind, *parameters = [part.strip() for part in one.split(";")]
        weights = [typed_number(text[2:]) for text in parameters if text.startswith("q=")]
        asked.setdefault(kind, (next((weight for weight in weights if weight is not None), 1), -at))
    offered = {
        kind: next((asked[name] for name in (kind, *names) if name in asked), (0, 0)) for kind, names in ALSO.items()
    }
    best = max(offered, key=lambda kind: offered[kind])
    if not offered[best][0]:
        raise HTTPException(406, f"Accept one of {', '.join(KINDS)}.")
    return best


async def _certificate(call: ApiCall) -> Certificate:
    row = (
        await certificates_visible_to(call.actor)
        .get_or_none(id=identity(call.request))
        .prefetch_related("certification")
    )
    if row is None:
        raise NotFound("There is no such certificate.", "Look it up in the register.")
    return row


CERTIFICATE = Operation(
    certificate, "certificates.readonly", "Read a certificate", CertificateShape,
    links={"credential": {"id": "$response.body#/id"}},
)  # fmt: skip
CREDENTIAL = Operation(
    credential, "certificates.readonly", "Read the signed credential of a certificate", kinds=tuple(KINDS)
)
