"""Dynamic registration: an LMS hands us a link, we read its configuration, introduce ourselves, and wait."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from training.core.errors import AppError
from training.core.outbound import AddressForbidden
from training.database.connection import transaction
from training.lti.models import Registration
from training.lti.platform.tool import Tool
from training.lti.protocol.profiles import recognise
from training.lti.protocol.refusals import Refused
from training.lti.registration.actions import LONGEST_URL, RegistrationEntry, add, check, unit_of
from training.lti.registration.proposals import ProposalSource, propose
from training.lti.registration.tool_configuration import CONFIGURATION, SCOPES, metadata, text_of
from training.sites.models import CentralUnit
from training.trail import facts

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint")


@dataclass(frozen=True)
class Configuration:
    """What a platform says of itself."""

    issuer: str
    auth_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str
    product: str
    scopes: tuple[str, ...]
    messages: tuple[str, ...]
    source: str


async def register(
    tool: Tool, configuration_url: str, token: str, *, name: str, unit: str, address: str, now: datetime
) -> Registration:
    """Registers us at a platform, to be approved by somebody; the same request makes no second registration.

    `address` is the network address that asked for it, for whoever approves.
    """
    owner = await unit_of(unit, now=now)  # before the platform is told anything
    asked_hash = hashlib.sha256(f"{configuration_url}|{token}".encode()).hexdigest()
    known = await Registration.get_or_none(asked_hash=asked_hash, unit_id=owner.id)
    if known:
        return known
    await _check(tool, configuration_url)
    found = read_configuration(await _read(tool, configuration_url), configuration_url)
    # Before anything is sent: an address that may not be called is no address of a platform.
    await _check(tool, found.auth_url, found.token_url, found.jwks_url, found.registration_url)
    reply = await _introduce(tool, found, token, name)
    asked = ProposalSource(address[:100], configuration_url[:LONGEST_URL], now.isoformat())
    return await _keep(tool, found, reply, owner=owner, asked=asked, asked_hash=asked_hash, now=now)


async def _check(tool: Tool, *urls: str) -> None:
    try:
        for url in urls:
            await tool.platform.outbound.check(url)
    except AddressForbidden:
        raise Refused("registration_url_forbidden") from None


async def _read(tool: Tool, url: str) -> Any:
    try:
        reply = await tool.platform.outbound.fetch("GET", url, headers={"Accept": "application/json"})
        if not reply.ok:
            raise Refused("registration_rejected", f"the configuration answers {reply.status}")
        return reply.json()
    except AddressForbidden:
        raise Refused("registration_url_forbidden") from None
    except Refused:
        raise
    except AppError:
        raise Refused("registration_rejected", "the configuration could not be read") from None


def read_configuration(document: Any, source: str) -> Configuration:
    """Reads a platform's configuration; the issuer's host must be the host that it came from.

    Source: LTI Dynamic Registration 1.0, 3.4.
    """
    told = document if isinstance(document, dict) else {}
    issuer = told.get("issuer")
    if not isinstance(issuer, str) or _host(issuer) != _host(source) or not _host(source):
        raise Refused("registration_rejected", "the issuer is not the host of its configuration")
    addresses = [told.get(name) for name in ENDPOINTS]
    if not all(isinstance(one, str) and one.isprintable() and len(one) <= 1000 for one in addresses):
        raise Refused("registration_rejected", "an endpoint is missing")
    auth_url, token_url, jwks_url, registration_url = (str(one) for one in addresses)
    scopes = told.get("scopes_supported")
    audience = told.get("authorization_server")
    platform = told.get(PLATFORM)
    product = platform.get("product_family_code") if isinstance(platform, dict) else ""
    return Configuration(
        issuer=issuer,
        auth_url=auth_url,
        token_url=token_url,
        jwks_url=jwks_url,
        registration_url=registration_url,
        token_audience=audience if isinstance(audience, str) else "",
        product=product if isinstance(product, str) else "",
        scopes=tuple(one for one in scopes if isinstance(one, str)) if isinstance(scopes, list) else SCOPES,
        messages=tuple(_messages(platform)),
        source=source,
    )


def _messages(platform: Any) -> Iterator[str]:
    listed = platform.get("messages_supported") if isinstance(platform, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("type"), str):
            yield one["type"]


async def _introduce(tool: Tool, found: Configuration, token: str, name: str) -> Mapping[str, Any]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(metadata(tool.origin, name, found.scopes, found.messages)).encode()
    try:
        reply = await tool.platform.outbound.fetch("POST", found.registration_url, headers=headers, body=body)
    except AddressForbidden:
        raise Refused("registration_url_forbidden") from None
    except AppError:
        raise Refused("registration_rejected", "the registration address did not answer") from None
    if not reply.ok:
        raise Refused("registration_rejected", f"the registration address answers {reply.status}")
    try:
        told = reply.json()
    except AppError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("client_id"), str):
        raise Refused("registration_rejected", "the answer has no client id")
    return told


async def _keep(
    tool: Tool,
    found: Configuration,
    reply: Mapping[str, Any],
    *,
    owner: CentralUnit,
    asked: ProposalSource,
    asked_hash: str,
    now: datetime,
) -> Registration:
    """Keeps a new registration until it is approved; what is told of a known one is only proposed."""
    tool_part = reply.get(CONFIGURATION)
    deployment_id = tool_part.get("deployment_id") if isinstance(tool_part, dict) else None
    entry = RegistrationEntry(
        issuer=found.issuer,
        client_id=reply["client_id"],
        auth_url=found.auth_url,
        token_url=found.token_url,
        jwks_url=found.jwks_url,
        token_audience=found.token_audience,
        deployment_ids=(deployment_id,) if isinstance(deployment_id, str) and deployment_id else (),
        profile=recognise(found.product, found.issuer).name,
    )
    if problems := check(entry):
        raise Refused("registration_rejected", " ".join(problems.values()))
    client = {
        "client_uri": text_of(reply, "registration_client_uri"),
        "client_token": tool.encrypt(text_of(reply, "registration_access_token")),
    }
    known = await Registration.get_or_none(issuer=entry.issuer, client_id=entry.client_id)
    if known is not None:
        return await _propose(known, entry, client, owner=owner, asked=asked, asked_hash=asked_hash, now=now)
    row = await add(entry, now=now, unit=owner.slug, state="pending")
    await Registration.filter(id=row.id).update(asked=asdict(asked), asked_hash=asked_hash, **client)
    return await Registration.get(id=row.id)


async def _propose(
    known: Registration,
    entry: RegistrationEntry,
    client: Mapping[str, str],
    *,
    owner: CentralUnit,
    asked: ProposalSource,
    asked_hash: str,
    now: datetime,
) -> Registration:
    if known.unit_id != owner.id:
        raise Refused("registration_rejected", "it is connected already")
    told = {**vars(entry), "service_hosts": known.service_hosts, "client_uri": client["client_uri"] or known.client_uri}
    proposal = propose(known, told, token=client["client_token"], asked=asked, asked_hash=asked_hash)
    if proposal is None:
        return known
    async with transaction():
        await Registration.filter(id=known.id).update(proposed=asdict(proposal))
        detail = {name: [str(one) for one in pair] for name, pair in proposal.changes.items()}
        await facts.record("registration.proposed", known, actor=None, unit=owner.id, now=now, detail=detail)
    return await Registration.get(id=known.id)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
