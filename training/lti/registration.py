"""Connects LMSs to us: registrations are added, listed and approved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from training.database.opening import transaction
from training.errors import Conflict, Invalid, NotFound
from training.lti.models import Deployment, Registration
from training.lti.profiles import PROFILES, recognise
from training.sites.models import CentralUnit, Site

POLICIES = ("auto", "ask", "refuse")
LONGEST_URL = 1000


@dataclass(frozen=True)
class Entry:
    """What an administrator enters to connect an LMS."""

    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    deployment_ids: tuple[str, ...] = ()
    token_audience: str = ""
    service_hosts: tuple[str, ...] = ()
    profile: str = ""
    name: str = ""
    deployment_policy: str = "ask"


async def add(
    entry: Entry, *, now: datetime, unit: str = "", site: str = "", state: str = "active"
) -> Registration:
    """Adds a registration; `unit` is a slug and may be left out where there is only one, `site` is a code or empty."""
    problems = check(entry)
    if problems:
        raise Invalid("The registration cannot be used.", " ".join(problems.values()), problems=problems)
    owner = await _unit(unit)
    place = await _site(owner, site) if site else None
    if await Registration.filter(issuer=entry.issuer, client_id=entry.client_id).exists():
        raise Conflict("This issuer and client id are registered already.", "See: training lti list.")
    async with transaction():
        registration = await Registration.create(
            id=uuid4(), unit=owner, site=place, name=entry.name or urlsplit(entry.issuer).netloc or entry.issuer,
            issuer=entry.issuer, client_id=entry.client_id, auth_url=entry.auth_url, token_url=entry.token_url,
            jwks_url=entry.jwks_url, token_audience=entry.token_audience, service_hosts=list(entry.service_hosts),
            profile=entry.profile or recognise(issuer=entry.issuer).name, state=state,
            deployment_policy=entry.deployment_policy, created=now)
        for deployment_id in dict.fromkeys(entry.deployment_ids):
            await Deployment.create(
                id=uuid4(), registration=registration, deployment_id=deployment_id, state="approved", seen=now)
    return registration


def check(entry: Entry) -> dict[str, str]:
    """Says for each field what is wrong with it. Whether an address may be called is the outbound guard's to say."""
    problems: dict[str, str] = {}
    for name in ("auth_url", "token_url", "jwks_url"):
        if not _is_url(getattr(entry, name)):
            problems[name] = f"Enter {name} as https://host/path."
    if not entry.issuer or len(entry.issuer) > 500:
        problems["issuer"] = "Enter the issuer exactly as the LMS shows it."
    if not entry.client_id or len(entry.client_id) > 255:
        problems["client_id"] = "Enter the client id that the LMS gave."
    if entry.profile and entry.profile not in PROFILES:
        problems["profile"] = f"Choose a profile: {', '.join(PROFILES)}."
    if entry.deployment_policy not in POLICIES:
        problems["deployment_policy"] = f"Choose one of {', '.join(POLICIES)}."
    return problems


async def list_registrations(unit_id: UUID | None = None) -> Sequence[Mapping[str, Any]]:
    """Lists registrations as rows with id, issuer, client_id, deployments, those waiting, profile, state and name."""
    rows = Registration.filter(unit_id=unit_id) if unit_id else Registration.all()
    found = await rows.order_by("created").prefetch_related("deployments")
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "issuer": row.issuer,
            "client_id": row.client_id,
            "deployments": [one.deployment_id for one in row.deployments if one.state == "approved"],
            "waiting": [
                {"id": str(one.id), "deployment_id": one.deployment_id}
                for one in row.deployments if one.state == "pending"
            ],
            "profile": row.profile,
            "state": row.state,
        }
        for row in found
    ]


async def approve(identifier: str) -> str:
    """Approves a pending registration or deployment by its id, or a deployment by its own id if only one waits."""
    wanted = _uuid(identifier)
    if wanted and await Registration.filter(id=wanted, state="pending").update(state="active"):
        return f"Registration {identifier} is active."
    waiting = await (
        Deployment.filter(id=wanted, state="pending") if wanted
        else Deployment.filter(deployment_id=identifier, state="pending"))
    if not waiting and wanted:
        waiting = await Deployment.filter(deployment_id=identifier, state="pending")
    if len(waiting) > 1:
        raise Conflict("Several deployments with this id wait.", "Give the id that training lti list shows.")
    if not waiting:
        raise NotFound(f"Nothing with the id {identifier} waits for approval.", "See: training lti list.")
    await Deployment.filter(id=waiting[0].id, state="pending").update(state="approved")
    return f"Deployment {waiting[0].deployment_id} is approved."


async def find(identifier: str) -> Registration:
    """Finds a registration by its id, or by its issuer where there is only one."""
    wanted = _uuid(identifier)
    found = await (Registration.filter(id=wanted) if wanted else Registration.filter(issuer=identifier)).limit(2)
    if len(found) != 1:
        raise NotFound(f"There is no single registration {identifier}.", "See: training lti list.")
    return found[0]


async def frame_origins() -> frozenset[str]:
    """Lists the origins of all active LMSs, which may show us in a frame."""
    rows = await Registration.filter(state="active")
    return frozenset().union(*(frame_origins_of(row) for row in rows))


def frame_origins_of(registration: Registration) -> frozenset[str]:
    """Lists the origins from which one LMS may show us in a frame."""
    return frozenset(filter(None, map(_origin, _own_urls(registration))))


def _own_urls(registration: Registration) -> Iterable[str]:
    return (registration.issuer, registration.auth_url, *(f"https://{host}" for host in registration.service_hosts))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    fit = parts.scheme in ("http", "https") and parts.netloc and url.isascii() and url.isprintable()
    plain = not set(parts.netloc) & set(" ;,'\"@")
    return f"{parts.scheme}://{parts.netloc}" if fit and plain else ""


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_URL and url.isprintable()


async def _unit(slug: str) -> CentralUnit:
    found = await (CentralUnit.filter(slug=slug) if slug else CentralUnit.all()).limit(2)
    if len(found) != 1:
        raise Invalid("It is not clear which central unit this LMS belongs to.", "Name it with --unit.")
    return found[0]


async def _site(unit: CentralUnit, code: str) -> Site:
    found = await Site.get_or_none(unit_id=unit.id, code=code)
    if found is None:
        raise Invalid(f"There is no site {code}.", "Give the code of a site, such as RIV.")
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
