"""The console of LMS administrators: what is connected, what waits, and how to connect one."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training import clock
from training.errors import Invalid, NotFound
from training.lti import checkup, dynamic, registration
from training.lti.models import Context, Deployment, Registration, visible_to
from training.lti.platform import allowed_hosts
from training.lti.profiles import PROFILES, Profile
from training.lti.registration import Entry
from training.lti.tool import Tool
from training.people.actor import Actor
from training.sites.models import CentralUnit, Site
from training.web.pages import actor, fill, go, identity, page, typed


class Typed(BaseModel):
    """The form that connects an LMS by hand."""

    issuer: str = Field(title="the issuer", max_length=500)
    client_id: str = Field(title="the client id", max_length=255)
    auth_url: str = Field(title="the authentication address")
    token_url: str = Field(title="the token address")
    jwks_url: str = Field(title="the key set address")
    deployment_id: str = ""
    token_audience: str = ""
    service_hosts: str = ""
    profile: str = ""
    name: str = Field("", max_length=200)
    site: str = ""


async def console(request: Request) -> Response:
    """Shows the connected LMSs and what waits for approval."""
    me: Actor = actor(request)
    rows = await visible_to(me).order_by("created").prefetch_related("deployments", "site")
    waiting = (
        await Deployment.filter(registration__unit_id=me.unit_id, state="pending")
        .order_by("seen")
        .values("id", "deployment_id", lms="registration__name")
    )
    return page(
        request,
        "lti/console.html",
        systems=[_shown(row) for row in rows],
        waiting=waiting,
        pending=[_shown(row) for row in rows if row.state == "pending"],
    )


async def system(request: Request) -> Response:
    """Shows one LMS: what was entered, what to enter there, and how its connection does."""
    found = await _system(request)
    profile = PROFILES.get(found.profile, PROFILES["other"])
    deployments = await Deployment.filter(registration_id=found.id).order_by("seen").values("deployment_id", "state")
    listed = Context.filter(deployment__registration_id=found.id).exclude(roster_url="").order_by("title")
    courses = await listed.values("id", "title", "context_id", "synced")
    proposed = [(name, str(before), str(after)) for name, (before, after) in (found.proposed or {}).items()]
    return page(
        request,
        "lti/system.html",
        system=_shown(found),
        entered=_entered(found),
        profile=profile,
        ours=our_values(request.app.state.settings.public_url),
        deployments=deployments,
        proposed=proposed,
        courses=courses,
        takes_updates=bool(found.client_uri),
    )


async def check(request: Request) -> Response:
    """Tests the connection and shows what was found."""
    found = await _system(request)
    tool: Tool = request.app.state.tool
    findings = await checkup.test(found, tool.platform, now=clock.now())
    return page(request, "lti/check.html", system=_shown(found), findings=[asdict(one) for one in findings])


async def connect(request: Request) -> Response:
    """Shows the form that connects an LMS by hand; posted, connects it."""
    me: Actor = actor(request)
    shown: dict[str, Any] = {
        "ours": our_values(request.app.state.settings.public_url),
        "profiles": [("", "I am not sure"), *((one.name, one.title) for one in PROFILES.values())],
        "sites": [("", "No site"), *await Site.filter(unit_id=me.unit_id).order_by("name").values_list("code", "name")],
    }
    if request.method == "GET":
        return page(request, "lti/connect.html", **shown)
    values = await typed(request)
    try:
        asked = fill(Typed, values)
        unit = await CentralUnit.get(id=me.unit_id)
        added = await registration.add(
            _entry(asked), now=clock.now(), unit=unit.slug, site=asked.site, actor=me.person_id
        )
    except Invalid as error:
        problems = error.problems or {"form": f"{error.message} {error.remedy}"}
        return page(request, "lti/connect.html", 422, problems=problems, values=values, **shown)
    request.app.state.frame_origins |= registration.frame_origins_of(added)
    return go(request, f"/lti/console/{added.id}?notice=It+is+connected.")


async def accept(request: Request) -> Response:
    """Takes over what an LMS proposed for its registration."""
    found = await _system(request)
    await registration.accept_changes(found, now=clock.now(), actor=actor(request).person_id)
    return go(request, f"/lti/console/{found.id}?notice=The+changes+are+taken+over.")


async def introduce(request: Request) -> Response:
    """Tells the LMS anew what we are and which messages we take."""
    found = await _system(request)
    tool: Tool = request.app.state.tool
    await dynamic.introduce_again(tool, found, name=request.app.state.settings.service_name)
    return go(request, f"/lti/console/{found.id}?notice=The+learning+system+knows+our+new+values.")


async def approve(request: Request) -> Response:
    """Approves a registration or a deployment that waits."""
    me: Actor = actor(request)
    await registration.approve(str(identity(request)), now=clock.now(), actor=me.person_id, unit_id=me.unit_id)
    return go(request, "/lti/console?notice=It+is+approved.")


def our_values(public_url: str) -> list[tuple[str, str]]:
    """Lists what an LMS administrator has to enter for us, under the names that LMSs use."""
    return [
        ("Tool URL, target link URI", f"{public_url}/"),
        ("Login URL, OpenID Connect initiation", f"{public_url}/lti/login"),
        ("Redirect URI", f"{public_url}/lti/launch"),
        ("Public key set, JWKS URL", f"{public_url}/.well-known/jwks.json"),
    ]


async def _system(request: Request) -> Registration:
    found = await visible_to(actor(request)).get_or_none(id=identity(request)).prefetch_related("deployments", "site")
    if found is None:
        raise NotFound("There is no such learning system.", "Go back to the list.")
    return found


def _shown(row: Registration) -> dict[str, Any]:
    profile: Profile = PROFILES.get(row.profile, PROFILES["other"])
    return {
        "path": f"/lti/console/{row.id}",
        "id": str(row.id),
        "name": row.name,
        "kind": profile.title,
        "issuer": row.issuer,
        "client_id": row.client_id,
        "state": row.state,
        "site": row.site.name if row.site else "",
        "deployments": len(row.deployments),
    }


def _entered(row: Registration) -> list[tuple[str, str]]:
    return [
        ("Issuer", row.issuer),
        ("Client id", row.client_id),
        ("Authentication address", row.auth_url),
        ("Token address", row.token_url),
        ("Token audience", row.token_audience or row.token_url),
        ("Key set address", row.jwks_url),
        ("Hosts we may call", ", ".join(sorted(allowed_hosts(row)))),
    ]


def _entry(asked: Typed) -> Entry:
    return Entry(
        issuer=asked.issuer.strip(),
        client_id=asked.client_id.strip(),
        auth_url=asked.auth_url.strip(),
        token_url=asked.token_url.strip(),
        jwks_url=asked.jwks_url.strip(),
        deployment_ids=tuple(asked.deployment_id.split()),
        token_audience=asked.token_audience.strip(),
        service_hosts=tuple(asked.service_hosts.replace(",", " ").split()),
        profile=asked.profile,
        name=asked.name,
    )
