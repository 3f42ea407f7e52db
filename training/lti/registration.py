"""Connects LMSs to us: registrations are added, listed and approved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from training import facts
from training.database.opening import transaction
from training.errors import Conflict, Invalid, NotFound
from training.lti.models import Deployment, Registration
from training.lti.profiles import PROFILES, recognise
from training.lti.remembered import forget_everywhere
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
    entry: Entry, *, now: datetime, unit: str = "", site: str = "", state: str = "active", actor: UUID | None = None
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
            id=uuid4(),
            unit=owner,
            site=place,
            name=entry.name or urlsplit(entry.issuer).netloc or entry.issuer,
            issuer=entry.issuer,
            client_id=entry.client_id,
            auth_url=entry.auth_url,
            token_url=entry.token_url,
            jwks_url=entry.jwks_url,
            token_audience=entry.token_audience,
            service_hosts=list(entry.service_hosts),
            profile=entry.profile or recognise(issuer=entry.issuer).name,
            state=state,
            deployment_policy=entry.deployment_policy,
            created=now,
        )
        for deployment_id in dict.fromkeys(entry.deployment_ids):
            await Deployment.create(
                id=uuid4(), registration=registration, deployment_id=deployment_id, state="approved", seen=now
            )
        detail = {"issuer": entry.issuer, "client_id": entry.client_id, "state": state}
        await facts.record("registration.added", registration, actor=actor, unit=owner.id, now=now, detail=detail)
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
                for one in row.deployments
                if one.state == "pending"
            ],
            "profile": row.profile,
            "state": row.state,
        }
        for row in found
    ]


async def approve(identifier: str, *, now: datetime, actor: UUID | None = None, unit_id: UUID | None = None) -> str:
    """Approves a pending registration or deployment by its id, or a deployment by the LMS's own id if only one waits.

    `unit_id` limits it to one unit's.
    """
    wanted = _uuid(identifier)
    own: dict[str, Any] = {"unit_id": unit_id} if unit_id else {}
    registration = await Registration.get_or_none(id=wanted, state="pending", **own) if wanted else None
    if registration:
        return await _approve_registration(registration, now, actor)
    own = {"registration__unit_id": unit_id} if unit_id else {}
    waiting = Deployment.filter(state="pending", **own).select_related("registration")
    found = await waiting.filter(id=wanted) if wanted else []
    found = found or await waiting.filter(deployment_id=identifier)
    if len(found) > 1:
        raise Conflict("Several deployments with this id wait.", "Give the id that training lti list shows.")
    if not found:
        raise NotFound(f"Nothing with the id {identifier} waits for approval.", "See: training lti list.")
    return await _approve_deployment(found[0], now, actor)


async def _approve_registration(registration: Registration, now: datetime, actor: UUID | None) -> str:
    async with transaction():
        if not await Registration.filter(id=registration.id, state="pending").update(state="active"):
            raise Conflict("It was approved already.", "Load the page again.")
        await Deployment.filter(registration_id=registration.id, state="pending").update(state="approved")
        await facts.record("registration.approved", registration, actor=actor, unit=registration.unit_id, now=now)
    return f"Registration {registration.id} is active."


async def _approve_deployment(deployment: Deployment, now: datetime, actor: UUID | None) -> str:
    async with transaction():
        if not await Deployment.filter(id=deployment.id, state="pending").update(state="approved"):
            raise Conflict("It was approved already.", "Load the page again.")
        await facts.record(
            "deployment.approved",
            deployment,
            actor=actor,
            unit=deployment.registration.unit_id,
            now=now,
            detail={"deployment_id": deployment.deployment_id},
        )
    return f"Deployment {deployment.deployment_id} is approved."


async def accept_changes(registration: Registration, *, now: datetime, actor: UUID | None = None) -> None:
    """Takes over what an LMS proposed for its registration, as it was shown."""
    proposed: dict[str, list[Any]] = registration.proposed or {}
    if not proposed:
        raise Conflict("There is nothing to take over.", "Load the page again.")
    async with transaction():
        told = {name: after for name, (_, after) in proposed.items()}
        await Registration.filter(id=registration.id).update(proposed=None, **told)
        await facts.record(
            "registration.changed", registration, actor=actor, unit=registration.unit_id, now=now, detail=proposed
        )
    forget_everywhere()


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
    if not found and not slug:  # a fresh installation: its LMS is often connected before anything is loaded
        return await CentralUnit.create(id=uuid4(), slug="central-unit", name="Central unit")
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
