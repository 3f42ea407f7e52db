"""What a holder takes away: the certificate as PDF, as badge (JSON, PNG, SVG) and as token (JWT)."""

from starlette.requests import Request
from starlette.responses import Response

from certificates.credentials.artefacts import BADGE, PNG, SVG, TOKEN
from certificates.credentials.integrity import proven
from certificates.credentials.publish import bake_picture, credential_of, print_document
from certificates.credentials.resources import CredentialResources
from certificates.evaluations.models import Certificate, certificates_visible_to
from training.core import clock
from training.core.errors import NotFound
from training.web.render import actor, as_file, identity

PICTURES = {PNG: "image/png", SVG: "image/svg+xml"}


async def document(request: Request) -> Response:
    """Gives the PDF, printed now if it was not yet; says so in plain words when it cannot be made here."""
    row, given = await _certificate(request), CredentialResources.of(request)
    printed = await print_document(row.id, press=given.press, store=given.store, now=clock.now())
    return _file(printed, "application/pdf", f"certificate-{row.serial}.pdf", shown="inline")


async def badge(request: Request) -> Response:
    """Gives the verifiable badge, for a wallet or a profile."""
    row = await _certificate(request)
    content = await credential_of(row, BADGE, store=CredentialResources.of(request).store)
    return _file(content, "application/vc+ld+json", f"certificate-{row.serial}.json")


async def picture(request: Request) -> Response:
    """Gives the picture of the badge with the badge in it, as PNG or SVG."""
    kind = request.path_params["kind"]
    if kind not in PICTURES:
        raise NotFound("There is no such picture.", "Pictures are PNG or SVG.")
    row = await _certificate(request)
    content = await bake_picture(row, kind, store=CredentialResources.of(request).store, now=clock.now())
    return _file(content, PICTURES[kind], f"badge-{row.serial}.{kind}")


async def token(request: Request) -> Response:
    """Gives the same badge as one signed token."""
    row = await _certificate(request)
    content = await credential_of(row, TOKEN, store=CredentialResources.of(request).store)
    return _file(content, "application/jwt", f"certificate-{row.serial}.jwt")


async def _certificate(request: Request) -> Certificate:
    """Finds a certificate of which files may be given: its record says what was signed."""
    seen, given = certificates_visible_to(actor(request)), CredentialResources.of(request)
    row = await seen.get_or_none(id=identity(request)).prefetch_related("certification")
    if row is None:
        raise NotFound("There is no such certificate.", "Look at the list of your certificates.")
    await proven(row, keys=given.keys, store=given.store, now=clock.now())
    return row


def _file(content: bytes, kind: str, name: str, *, shown: str = "attachment") -> Response:
    headers = as_file(name, shown=shown) | {"Cache-Control": "private, no-store"}
    return Response(content, headers=headers, media_type=kind)
