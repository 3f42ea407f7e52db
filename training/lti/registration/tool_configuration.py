"""How we introduce ourselves to an LMS, and tell it anew after we have changed."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from training.core.errors import AppError, NotAllowed
from training.core.outbound import Reply, registered_ports
from training.lti.models import Registration
from training.lti.platform.client import LINE_ITEM, MEMBERS, NOTICES, RESULT, SCORE
from training.lti.platform.tool import Tool
from training.lti.protocol.messages import DATA_PRIVACY, DEEP_LINKING_REQUEST, RESOURCE_LINK, SUBMISSION_REVIEW
from training.lti.protocol.refusals import Refused

CONFIGURATION = "https://purl.imsglobal.org/spec/lti-tool-configuration"
SCOPES = (LINE_ITEM, SCORE, RESULT, MEMBERS)
ALSO = (SUBMISSION_REVIEW, DATA_PRIVACY)
"""Messages that we take and name only to an LMS that knows them, as some refuse what they do not know."""
LONGEST = 1000


def metadata(
    origin: str, name: str, scopes: tuple[str, ...] = SCOPES, messages: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Writes how we introduce ourselves, to an LMS that has these scopes and messages.

    Source: LTI Dynamic Registration 1.0, 3.5.
    """
    home = {"target_link_uri": f"{origin}/", "label": name}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{origin}/lti/login",
        "redirect_uris": [f"{origin}/lti/launch"],
        "client_name": name,
        "jwks_uri": f"{origin}/.well-known/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(one for one in (*SCOPES, NOTICES) if one in scopes),
        CONFIGURATION: {
            "domain": urlsplit(origin).netloc,
            "description": "Training, assessment and certification of people who lead parenting groups.",
            "target_link_uri": f"{origin}/",
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": [
                {"type": RESOURCE_LINK, **home},
                {"type": DEEP_LINKING_REQUEST, **home, "placements": ["ContentArea"]},
                *({"type": one, **home} for one in ALSO if one in messages),
            ],
        },
    }


async def what_would_change(tool: Tool, row: Registration, *, name: str) -> list[tuple[str, str, str]]:
    """Compares what the platform knows of us with what we are now: (what, there, here). Source: https://www.rfc-editor.org/rfc/rfc7592#section-2.1

    A platform that does not tell what it knows is shown everything as new.
    """
    try:
        reply = await _call(tool, row, "GET")
        known = reply.json() if reply.ok else {}
    except AppError:
        known = {}
    there = dict(_flat(known if isinstance(known, dict) else {}))
    here = dict(_flat(_ours(tool, row, name)))
    return [(what, there.get(what, ""), text) for what, text in here.items() if there.get(what) != text]


async def tell_again(tool: Tool, row: Registration, *, name: str) -> None:
    """Tells the platform what we are now, by PUT to the address that it gave us for that. Source: https://www.rfc-editor.org/rfc/rfc7592#section-2.2"""
    reply = await _call(tool, row, "PUT", json.dumps(_ours(tool, row, name)).encode())
    if not reply.ok:
        raise Refused("registration_rejected", f"the update was answered with {reply.status}")
    try:
        said = reply.json()
    except AppError:
        return
    # A fresh token is for the address that gave it. Another address would be a change that nobody here has approved.
    if token := tool.encrypt(text_of(said, "registration_access_token")):
        await Registration.filter(id=row.id).update(client_token=token)


async def _call(tool: Tool, row: Registration, method: str, body: bytes | None = None) -> Reply:
    if not row.client_uri or not row.client_token:
        raise NotAllowed("This learning system takes no updates.", "Ask its administrator to change the entry by hand.")
    headers = {"Accept": "application/json", "Authorization": f"Bearer {tool.decrypt(row.client_token)}"}
    if body:
        headers["Content-Type"] = "application/json"
    ports = registered_ports(row.issuer, row.client_uri)
    await tool.platform.outbound.check(row.client_uri, ports=ports)
    return await tool.platform.outbound.fetch(method, row.client_uri, headers=headers, body=body, ports=ports)


def _ours(tool: Tool, row: Registration, name: str) -> dict[str, Any]:
    return metadata(tool.origin, name) | {"client_id": row.client_id}


def _flat(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if name == CONFIGURATION and isinstance(value, dict):
            yield from _flat(value)
        elif name == "messages" and isinstance(value, list):
            yield name, ", ".join(sorted(str(one.get("type")) for one in value if isinstance(one, dict)))
        elif isinstance(value, list):
            yield name, ", ".join(str(one) for one in value)
        else:
            yield name, " ".join(sorted(str(value).split())) if name == "scope" else str(value)


def text_of(told: Any, name: str) -> str:
    """Reads a text of a reply; anything else, or one without end, is as good as none."""
    value = told.get(name) if isinstance(told, dict) else None
    return value if isinstance(value, str) and len(value) <= LONGEST else ""
