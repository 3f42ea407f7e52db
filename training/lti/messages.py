"""Reads verified claims into the message they carry: a launch of a resource link, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from training.lti import roles
from training.lti.claims import (
    AGS,
    LTI,
    MAX_TEXT,
    NRPS,
    needed_object,
    needed_text,
    needed_texts,
    optional_object,
    optional_text,
    optional_texts,
)
from training.lti.refusals import Refused
from training.lti.tokens import VerifiedClaims

VERSION = "1.3.0"
RESOURCE_LINK = "LtiResourceLinkRequest"
HOME = "/"
MAX_TARGET = 500


@dataclass(frozen=True)
class Named:
    """What the LMS tells of the person; every part may be missing."""

    name: str = ""
    email: str = ""
    locale: str = ""


@dataclass(frozen=True)
class Services:
    """The services that come with this launch: addresses and granted scopes."""

    line_items: str = ""
    line_item: str = ""
    roster: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Launch:
    """A launch of a resource link that we can act on."""

    issuer: str
    client_id: str
    deployment_id: str
    sub: str
    role: str
    target: str
    resource_link_id: str
    resource_link_title: str = ""
    context_id: str = ""
    context_title: str = ""
    context_label: str = ""
    test_user: bool = False
    person: Named = field(default_factory=Named)
    services: Services = field(default_factory=Services)
    custom: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    return_url: str = ""


def read_deployment(claims: VerifiedClaims) -> str:
    """Reads which deployment a message comes from, after its version."""
    version = needed_text(claims.values, f"{LTI}version")
    if version != VERSION:
        raise Refused("version_unsupported", version)
    return needed_text(claims.values, f"{LTI}deployment_id")


def read_launch(claims: VerifiedClaims, *, origin: str) -> Launch:
    """Reads a resource link launch to our own `origin`. Source: LTI Core 1.3, 5.3 Required message claims."""
    values = claims.values
    deployment_id = read_deployment(claims)
    kind = needed_text(values, f"{LTI}message_type")
    if kind != RESOURCE_LINK:
        raise Refused("message_type_unsupported", kind)
    named = needed_texts(values, f"{LTI}roles")
    link = needed_object(values, f"{LTI}resource_link")
    context = optional_object(values, f"{LTI}context")
    return Launch(
        issuer=claims.issuer,
        client_id=claims.client_id,
        deployment_id=deployment_id,
        sub=needed_text(values, "sub"),
        role=roles.role_in_context(named),
        test_user=roles.is_test_user(named),
        target=own_path(needed_text(values, f"{LTI}target_link_uri", longest=MAX_TEXT), origin=origin),
        resource_link_id=needed_text(link, "id", within=f"{LTI}resource_link"),
        resource_link_title=optional_text(link, "title", within=f"{LTI}resource_link")[:200],
        context_id=needed_text(context, "id", within=f"{LTI}context") if context else "",
        context_title=optional_text(context, "title", within=f"{LTI}context")[:200],
        context_label=optional_text(context, "label", within=f"{LTI}context")[:200],
        person=_named(values),
        services=_services(values),
        custom=_custom(values),
        product=optional_text(optional_object(values, f"{LTI}tool_platform"), "product_family_code")[:60].lower(),
        return_url=optional_text(optional_object(values, f"{LTI}launch_presentation"), "return_url"),
    )


def own_path(url: str, *, origin: str) -> str:
    """Takes the path and query of an address on our own origin; refuses every other address."""
    try:
        parts, ours = urlsplit(url), urlsplit(origin)
        same = (parts.scheme, parts.hostname, parts.port or _usual(parts.scheme)) == (
            ours.scheme, ours.hostname, ours.port or _usual(ours.scheme))
    except ValueError:
        raise Refused("target_not_ours") from None
    path = parts.path or HOME
    # A path that starts with two slashes, or holds a backslash, is another host to a browser.
    odd = path.startswith(("//", "/~")) or "\\" in url or not url.isprintable() or " " in url
    if not same or odd or parts.username is not None or not path.startswith("/") or len(url) > MAX_TARGET:
        raise Refused("target_not_ours", f"{parts.scheme}://{parts.hostname or ''}"[:200])
    if path.startswith("/lti/"):
        return HOME  # many administrators enter the launch address as the link's own
    return f"{path}?{parts.query}" if parts.query else path


def _usual(scheme: str) -> int | None:
    return {"http": 80, "https": 443}.get(scheme)


def _named(values: Mapping[str, Any]) -> Named:
    parts = (optional_text(values, "given_name"), optional_text(values, "family_name"))
    name = optional_text(values, "name").strip() or " ".join(part.strip() for part in parts if part.strip())
    return Named(name[:200], optional_text(values, "email")[:254].lower(), optional_text(values, "locale")[:20])


def _services(values: Mapping[str, Any]) -> Services:
    grades, members = optional_object(values, AGS), optional_object(values, NRPS)
    return Services(
        line_items=optional_text(grades, "lineitems", within=AGS),
        line_item=optional_text(grades, "lineitem", within=AGS),
        roster=optional_text(members, "context_memberships_url", within=NRPS),
        scopes=optional_texts(grades, "scope", within=AGS),
    )


def _custom(values: Mapping[str, Any]) -> dict[str, str]:
    # Some platforms send numbers, and some send each name twice, as written and in small letters.
    given = optional_object(values, f"{LTI}custom")
    plain = {name: value for name, value in given.items() if isinstance(value, str | int | float)}
    return {name.lower(): str(value)[:MAX_TEXT] for name, value in plain.items()}
