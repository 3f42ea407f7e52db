"""Reads verified claims into the message they carry: a launch of a link, a deep linking request, or a refusal."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from training.lti.protocol import roles
from training.lti.protocol.claims import (
    AGS,
    DEEP_LINKING,
    LTI,
    MAX_ID,
    MAX_TEXT,
    NRPS,
    PNS,
    needed_object,
    needed_text,
    needed_texts,
    optional_object,
    optional_text,
    optional_texts,
    optional_words,
)
from training.lti.protocol.id_tokens import VerifiedClaims
from training.lti.protocol.refusals import Refused
from training.lti.protocol.types import (
    DeepLinkingRequest,
    Launch,
    Lti11User,
    Notice,
    Privacy,
    Review,
    Services,
    UserClaims,
)
from training.parsing.text import clean_line

VERSION = "1.3.0"
RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"
DATA_PRIVACY = "LtiDataPrivacyLaunchRequest"
HELLO, CONTEXT_COPY = "LtiHelloWorldNotice", "LtiContextCopyNotice"
ITEM = "ltiResourceLink"
PRESENTATION = f"{LTI}launch_presentation"
TARGET = "training_target"
"""The custom value that we put into a placed activity, and that comes back with its launches."""
HOME = "/"
MAX_TARGET = 500


def read_deployment(claims: VerifiedClaims) -> str:
    """Reads which deployment a message comes from, after its version."""
    version = needed_text(claims.values, f"{LTI}version")
    if version != VERSION:
        raise Refused("version_unsupported", version)
    return needed_text(claims.values, f"{LTI}deployment_id")


def read_message(claims: VerifiedClaims, *, origin: str) -> Launch | DeepLinkingRequest | Review | Privacy:
    """Reads the message that a token carries; every kind that we do not know is refused by name."""
    deployment_id = read_deployment(claims)
    kind = needed_text(claims.values, f"{LTI}message_type")
    if kind == RESOURCE_LINK:
        return read_launch(claims, deployment_id, origin=origin)
    if kind == DEEP_LINKING_REQUEST:
        return read_deep_linking_request(claims, deployment_id)
    if kind == SUBMISSION_REVIEW:
        return read_review(claims, deployment_id, origin=origin)
    if kind == DATA_PRIVACY:
        return Privacy(**_visit(claims, deployment_id))
    raise Refused("message_type_unsupported", kind)


def read_launch(claims: VerifiedClaims, deployment_id: str, *, origin: str) -> Launch:
    """Reads a resource link launch to our own `origin`. Source: LTI Core 1.3, 5.3 Required message claims."""
    values = claims.values
    visit = _visit(claims, deployment_id)
    link = needed_object(values, f"{LTI}resource_link")
    target = own_path(needed_text(values, f"{LTI}target_link_uri", longest=MAX_TEXT), origin=origin)
    # Some platforms send numbers, and some send each name twice, as written and in small letters.
    custom = {name.lower(): value for name, value in optional_object(values, f"{LTI}custom").items()
              if isinstance(value, str | int | float)}  # fmt: skip
    wished = str(custom.get(TARGET, ""))[:MAX_TEXT]
    if target == HOME and wished:
        # A copied link may come back with the tool's own address; what we put into it still knows where to.
        target = own_path(origin + wished, origin=origin)
    return Launch(
        **visit,
        target=target,
        resource_link_id=needed_text(link, "id", within=f"{LTI}resource_link"),
        resource_link_title=optional_text(link, "title", within=f"{LTI}resource_link")[:200],
    )


def read_review(claims: VerifiedClaims, deployment_id: str, *, origin: str) -> Review:
    """Reads a submission review; only teachers see others. Source: Submission Review 1.0, 3."""
    launch = read_launch(claims, deployment_id, origin=origin)
    learner = needed_text(needed_object(claims.values, f"{LTI}for_user"), "user_id", within=f"{LTI}for_user")
    if launch.role != roles.INSTRUCTOR and learner != launch.sub:
        raise Refused("role_not_allowed")
    return Review(
        **_visit(claims, deployment_id),
        target=launch.target,
        resource_link_id=launch.resource_link_id,
        learner_sub=learner,
    )


def read_deep_linking_request(claims: VerifiedClaims, deployment_id: str) -> DeepLinkingRequest:
    """Reads a deep linking request, which has no resource link and no target. Source: Deep Linking 2.0, 4.4."""
    visit = _visit(claims, deployment_id)
    if visit["role"] != roles.INSTRUCTOR:
        raise Refused("role_not_allowed")
    settings = needed_object(claims.values, DEEP_LINKING)
    accepts = optional_texts(settings, "accept_types", within=DEEP_LINKING)
    if ITEM not in accepts:
        raise Refused("dl_type_not_accepted", ", ".join(accepts)[:200])
    return_url = needed_text(settings, "deep_link_return_url", longest=MAX_TEXT, within=DEEP_LINKING)
    if not return_url.startswith(("https://", "http://")) or not return_url.isprintable():
        raise Refused("claim_type", f"{DEEP_LINKING}.deep_link_return_url")
    data = settings.get("data")
    if data is not None and not isinstance(data, str):
        raise Refused("claim_type", f"{DEEP_LINKING}.data")
    return DeepLinkingRequest(
        **visit,
        return_url=return_url,
        accepts=accepts,
        several=settings.get("accept_multiple") is True,
        line_items=settings.get("accept_lineitem") is not False,
        review=isinstance(settings.get("accept_submission_review"), bool) and settings["accept_submission_review"],
        presentations=optional_texts(settings, "accept_presentation_document_targets", within=DEEP_LINKING),
        data=data,
    )


def read_notice(claims: VerifiedClaims) -> Notice:
    """Reads a notice; every kind that we do not know is refused by name. Source: Platform Notification Service 1.0."""
    deployment_id = read_deployment(claims)
    told = needed_object(claims.values, f"{LTI}notice")
    kind, identifier = (needed_text(told, name, within=f"{LTI}notice") for name in ("type", "id"))
    if kind == HELLO:
        return Notice(kind=kind, id=identifier, deployment_id=deployment_id)
    if kind != CONTEXT_COPY:
        raise Refused("message_type_unsupported", kind[:60])
    return Notice(
        kind=kind,
        id=identifier,
        deployment_id=deployment_id,
        **_context(needed_object(claims.values, f"{LTI}context")),
        origins=needed_texts(claims.values, f"{LTI}origin_contexts"),
    )


def _visit(claims: VerifiedClaims, deployment_id: str) -> dict[str, Any]:
    values = claims.values
    sub = needed_text(values, "sub")
    named = needed_texts(values, f"{LTI}roles")
    context = optional_object(values, f"{LTI}context")
    parts = (optional_text(values, "given_name"), optional_text(values, "family_name"))
    name = clean_line(optional_text(values, "name")) or clean_line(" ".join(parts))
    email = clean_line(optional_text(values, "email")).lower()
    # The language in which the LMS shows itself now, before the one of the account.
    shown = optional_text(optional_object(values, PRESENTATION), "locale", within=PRESENTATION)
    grades, members, notices = (optional_object(values, service) for service in (AGS, NRPS, PNS))
    told_at = optional_text(notices, "platform_notification_service_url", within=PNS)
    return {
        "issuer": claims.issuer,
        "client_id": claims.client_id,
        "deployment_id": deployment_id,
        "sub": sub,
        "role": roles.role_in_context(named),
        "test_user": roles.is_test_user(named),
        **(_context(context) if context else {}),
        "person": UserClaims(name[:200], email[:254], (shown or optional_text(values, "locale"))[:20]),
        "services": Services(
            line_items=optional_text(grades, "lineitems", within=AGS),
            line_item=optional_text(grades, "lineitem", within=AGS),
            roster=optional_text(members, "context_memberships_url", within=NRPS),
            scopes=optional_words(grades, "scope", within=AGS),
            notices=told_at if CONTEXT_COPY in optional_texts(notices, "notice_types_supported", within=PNS) else "",
        ),
        "product": optional_text(optional_object(values, f"{LTI}tool_platform"), "product_family_code")[:60].lower(),
        "way_back": optional_text(optional_object(values, PRESENTATION), "return_url", within=PRESENTATION),
        "former": _former(claims, deployment_id, sub),
    }


def _context(context: Mapping[str, Any]) -> dict[str, str]:
    within = f"{LTI}context"
    return {
        "context_id": needed_text(context, "id", within=within),
        "context_title": optional_text(context, "title", within=within)[:200],
        "context_label": optional_text(context, "label", within=within)[:200],
    }


def _former(claims: VerifiedClaims, deployment_id: str, sub: str) -> Lti11User | None:
    """Reads who somebody was under LTI 1.1; an odd claim proves nothing, and is no reason to turn anybody away."""
    told = claims.values.get(f"{LTI}lti1p1")
    names = ("oauth_consumer_key", "oauth_consumer_key_sign")
    key, signature = (told.get(name) for name in names) if isinstance(told, dict) else ("", "")
    if not (key and signature and isinstance(key, str) and isinstance(signature, str)):
        return None
    user_id = told.get("user_id") if isinstance(told, dict) else None
    signed = "&".join((key, deployment_id, claims.issuer, claims.client_id, str(claims.expires), claims.nonce))
    return Lti11User(key[:MAX_ID], user_id if isinstance(user_id, str) and user_id else sub, signed, signature)


def own_path(url: str, *, origin: str) -> str:
    """Takes the path and query of an address on our own origin; refuses every other address."""
    try:
        parts = urlsplit(url)
        same = (parts.scheme, parts.hostname, parts.port or _usual(parts.scheme)) == _place(origin)
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


@lru_cache(maxsize=100)
def _place(origin: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(origin)
    return parts.scheme, parts.hostname, parts.port or _usual(parts.scheme)


def _usual(scheme: str) -> int | None:
    return {"http": 80, "https": 443}.get(scheme)
