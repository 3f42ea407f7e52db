"""The public addresses that credentials name: issuers, their keys, achievements and status lists."""

import asyncio
import json
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from certificates.credentials import badge, status_lists, urls
from certificates.credentials.artefacts import PNG
from certificates.credentials.download_pages import PICTURES
from certificates.credentials.json_ld import CREDENTIALS, OPEN_BADGES
from certificates.credentials.keys import DOCUMENT, issuer_keys
from certificates.credentials.models import IssuerKey, PublishedAchievement
from certificates.credentials.pictures import drawing
from certificates.credentials.proofs import from_multikey
from certificates.credentials.resources import CredentialResources
from training.core import clock
from training.core.errors import NotFound
from training.core.jwk import public_jwk
from training.sites.models import CentralUnit
from training.web.render import identity, render

HOUR = "public, max-age=3600"
CHECK_EACH_TIME = "public, no-cache"  # may be kept, but is asked for again, which the tag makes cheap
NAME = re.compile(r"[\w.-]+")
CONTEXTS = [CREDENTIALS, OPEN_BADGES]
DID_CONTEXTS = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]


async def issuer(request: Request) -> Response:
    """Shows who issues certificates, as a page or as the profile that badges carry."""
    unit = await _unit(request)
    said = badge.profile(_home(request), slug=unit.slug, name=unit.name)
    if _wants_page(request):
        return render(request, "credentials/issuer.html", unit=unit, said=said)
    return _told({"@context": CONTEXTS, **said}, cache=HOUR)


async def did(request: Request) -> Response:
    """Gives the DID document of an issuer. Source: Controlled Identifiers v1.0; did:web Method Specification."""
    unit, home = await _unit(request), _home(request)
    document = _did(urls.issuer_did(home, unit.slug), await issuer_keys(unit.id), home=home)
    also = {"alsoKnownAs": [urls.issuer_page(home, unit.slug)]}
    return _told(document | also, cache=CHECK_EACH_TIME, kind="application/did+json")


async def host_did(request: Request) -> Response:
    """Gives the DID document of the service, which names its issuers."""
    home, units = _home(request), await CentralUnit.all().order_by("slug")
    document = _did(urls.host_did(home), [key for unit in units for key in await issuer_keys(unit.id)], home=home)
    also = {"alsoKnownAs": [urls.issuer_did(home, unit.slug) for unit in units]}
    return _told(document | also, cache=CHECK_EACH_TIME, kind="application/did+json")


async def key(request: Request) -> Response:
    """Gives one public key as a bare JWK; a key that was given up is not given any more."""
    row = await IssuerKey.get_or_none(kid=_name(request, "kid", longest=64))
    if row is None or row.state == "compromised":
        raise NotFound("There is no such key, or it was given up.", "Do not trust what was signed with it.")
    said = public_jwk(from_multikey(row.public), row.kid) if row.purpose == DOCUMENT else json.loads(row.public)
    return _told(said, cache=CHECK_EACH_TIME, kind="application/jwk+json")


async def achievement(request: Request) -> Response:
    """Shows what a kind of certificate is given for, as a page or as the achievement that badges carry."""
    row = await PublishedAchievement.get_or_none(slug=_name(request, "slug", longest=140)).prefetch_related("unit")
    if row is None:
        raise NotFound("There is no such achievement.", "Check the address.")
    if _wants_page(request):
        return render(request, "credentials/achievement.html", said=row.said, unit=row.unit)
    return _told({"@context": CONTEXTS, **row.said}, cache=HOUR)


async def picture(request: Request) -> Response:
    """Gives the picture of an achievement, without anybody's badge in it, as PNG or SVG."""
    row = await PublishedAchievement.get_or_none(slug=_name(request, "slug", longest=140)).prefetch_related("unit")
    kind = request.path_params["kind"]
    if row is None or kind not in PICTURES:
        raise NotFound("There is no such picture.", "Check the address.")
    said = row.said["tag"]
    drawn = drawing.svg(level=said[-1], programme=said[0], issuer=row.unit.name, language=row.said["inLanguage"])
    content = await asyncio.to_thread(drawing.png, drawn) if kind == PNG else drawn
    headers = {"Cache-Control": HOUR, "Access-Control-Allow-Origin": "*"}
    return Response(content, headers=headers, media_type=PICTURES[kind])


async def status_list(request: Request) -> Response:
    """Gives a status list as a signed credential; what was withdrawn a moment ago is in it."""
    text = await status_lists.signed(identity(request), keys=CredentialResources.of(request).keys, now=clock.now())
    tag = status_lists.tag(text)
    headers = {"ETag": tag, "Cache-Control": CHECK_EACH_TIME, "Access-Control-Allow-Origin": "*"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type="application/vc+ld+json")


def _did(name: str, keys: Sequence[IssuerKey], *, home: str) -> dict[str, Any]:
    """Lists every key ever used; those that were given up are no longer vouched for."""
    methods = {key.id: _method(name, key, home=home) for key in keys}
    vouched = [methods[key.id]["id"] for key in keys if key.state != "compromised"]
    listed = list(methods.values())
    return {"@context": DID_CONTEXTS, "id": name, "verificationMethod": listed, "assertionMethod": vouched}


def _method(name: str, key: IssuerKey, *, home: str) -> dict[str, Any]:
    """Describes a key. Source: Controlled Identifiers v1.0, sections 2.2.2 (Multikey) and 2.2.3 (JsonWebKey)."""
    if key.purpose == DOCUMENT:
        method = {"id": f"{name}#{key.public}", "type": "Multikey", "controller": name}
        return method | {"publicKeyMultibase": key.public}
    # A DID document may only name methods of its own, and 1EdTech asks for a `kid` that is an address: so the JWK
    # in it carries the `kid` of the tokens.
    jwk = json.loads(key.public) | {"kid": urls.key_page(home, key.kid)}
    return {"id": f"{name}#{key.kid}", "type": "JsonWebKey", "controller": name, "publicKeyJwk": jwk}


async def _unit(request: Request) -> CentralUnit:
    found = await CentralUnit.get_or_none(slug=_name(request, "slug", longest=60))
    if found is None:
        raise NotFound("There is no such issuer.", "Check the address.")
    return found


def _name(request: Request, part: str, *, longest: int) -> str:
    """Reads a name from the address; what a database would stumble over is the name of nothing."""
    name = str(request.path_params[part])
    return name if len(name) <= longest and NAME.fullmatch(name) else ""


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _home(request: Request) -> str:
    return CredentialResources.of(request).keys.home


def _told(said: dict[str, Any], *, cache: str, kind: str = "application/ld+json") -> Response:
    headers = {"Cache-Control": cache, "Access-Control-Allow-Origin": "*", "Vary": "Accept"}
    return JSONResponse(said, headers=headers, media_type=kind)
