"""Connects LMSs to us: registrations are added, listed and changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from training.core.errors import Conflict, Invalid, NotFound
from training.core.outbound import is_web_address
from training.database.connection import transaction
from training.lti.models import Deployment, Identity, Registration
from training.lti.platform.registration_cache import forget_everywhere
from training.lti.protocol.profiles import PROFILES, recognise
from training.parsing.text import uuid_of
from training.people.sessions import let_staff
from training.sites.models import CentralUnit, Site
from training.trail import facts

POLICIES = ("ask", "auto", "refuse")
ADDRESSES = {"auth_url": "authentication address", "token_url": "token address", "jwks_url": "key set address"}
LONGEST_URL = 1000


@dataclass(frozen=True)
class RegistrationEntry:
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
    staff_sessions: bool = False


async def add(
    entry: RegistrationEntry,
    *,
    now: datetime,
    unit: str = "",
    site: str = "",
    state: str = "active",
    actor: UUID | None = None,
) -> Registration:
    """Adds a registration; `unit` is a slug and may be left out where there is only one, `site` is a code or empty."""
    problems = check(entry)
    if problems:
        raise Invalid("The registration cannot be used.", " ".join(problems.values()), problems=problems)
    owner = await unit_of(unit, now=now)
    place = await _site(owner, site) if site else None
    if await Registration.filter(issuer=entry.issuer, client_id=entry.client_id).exists():
        raise Conflict("This issuer and client id are registered already.", "See: training lti list.")
    async with transaction():
        registration = await Registration.create(
            id=uuid4(),
            unit=owner,
            site=place,
            name=entry.name or urlsplit(entry.issuer).netloc or entry.issuer,
            **{one: getattr(entry, one) for one in ENTERED},
            service_hosts=list(entry.service_hosts),
            profile=entry.profile or recognise(issuer=entry.issuer).name,
            state=state,
            created=now,
        )
        known = [
            await Deployment.create(
                id=uuid4(), registration=registration, deployment_id=one, state="approved", seen=now
            )
            for one in dict.fromkeys(entry.deployment_ids)
        ]
        detail = {"issuer": entry.issuer, "client_id": entry.client_id, "state": state}
        await facts.record(
            "registration.added", registration, actor=actor, unit=owner.id, now=now, detail=detail, rows=known
        )
    return registration


def check(entry: RegistrationEntry) -> dict[str, str]:
    """Says for each field what is wrong with it. Whether an address may be called is the outbound guard's to say."""
    problems: dict[str, str] = {}
    for name, words in ADDRESSES.items():
        if not is_web_address(url := getattr(entry, name)) or len(url) > LONGEST_URL:
            problems[name] = f"Enter the {words} as https://host/path."
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


async def labels(unit_id: UUID) -> dict[tuple[str, str], str]:
    """Tells a unit's systems apart: (name, client id) → name, with the client id where several are called so."""
    rows = await Registration.filter(unit_id=unit_id).values_list("name", "client_id")
    often = Counter(name for name, _ in rows)
    return {(name, client): f"{name} ({client})" if often[name] > 1 else name for name, client in rows}


async def change(
    row: Registration, entry: RegistrationEntry, *, site: str = "", now: datetime, actor: UUID | None = None
) -> Registration:
    """Changes what was entered; issuer and client id stay once somebody has come in by them."""
    problems = check(entry)
    told = {**{name: getattr(entry, name) for name in ENTERED}, "service_hosts": list(entry.service_hosts)}
    told["profile"] = entry.profile or recognise(issuer=entry.issuer).name
    told["name"] = entry.name or row.name
    told["site_id"] = (await _site(await CentralUnit.get(id=row.unit_id), site)).id if site else None
    changed = {name: [getattr(row, name), value] for name, value in told.items() if getattr(row, name) != value}
    for name in {"issuer", "client_id"} & changed.keys():
        if await Identity.filter(registration_id=row.id).exists():
            problems[name] = "People have come in by this one. Connect a new learning system instead."
    if problems:
        raise Invalid("The registration cannot be used.", " ".join(problems.values()), problems=problems)
    if await Registration.filter(issuer=entry.issuer, client_id=entry.client_id).exclude(id=row.id).exists():
        raise Conflict("This issuer and client id are registered already.", "See the list of learning systems.")
    async with transaction():
        await Registration.filter(id=row.id).update(**told)
        await let_staff(row.id, may=entry.staff_sessions)
        detail = {name: [str(one) for one in pair] for name, pair in changed.items() if name != "name"}
        await facts.record("registration.changed", row, actor=actor, unit=row.unit_id, now=now, detail=detail)
    forget_everywhere()
    return await Registration.get(id=row.id)


ENTERED = (
    "issuer",
    "client_id",
    "auth_url",
    "token_url",
    "jwks_url",
    "token_audience",
    "deployment_policy",
    "staff_sessions",
)


async def find(identifier: str) -> Registration:
    """Finds a registration by its id, or by its issuer where there is only one."""
    wanted = uuid_of(identifier)
    found = await (Registration.filter(id=wanted) if wanted else Registration.filter(issuer=identifier)).limit(2)
    if len(found) != 1:
        raise NotFound(f"There is no single registration {identifier}.", "See: training lti list.")
    return found[0]


async def unit_of(slug: str, *, now: datetime) -> CentralUnit:
    """Finds the central unit of that slug, or the only one."""
    found = await (CentralUnit.filter(slug=slug) if slug else CentralUnit.all()).limit(2)
    if not found and not slug:  # a fresh installation: its LMS is often connected before anything is loaded
        async with transaction():
            made = await CentralUnit.create(id=uuid4(), slug="central-unit", name="Central unit")
            await facts.record("unit.added", made, actor=None, unit=made.id, now=now)
        return made
    if len(found) != 1:
        raise Invalid("It is not clear which central unit this LMS belongs to.", "Name it with --unit.")
    return found[0]


async def _site(unit: CentralUnit, code: str) -> Site:
    found = await Site.get_or_none(unit_id=unit.id, code=code)
    if found is None:
        raise Invalid(f"There is no site {code}.", "Give the code of a site, such as RIV.")
    return found
