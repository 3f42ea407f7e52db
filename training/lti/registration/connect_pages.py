"""Pages that connect an LMS by hand, or change what was entered: with the words that this kind of LMS uses."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Conflict, Invalid
from training.lti.models import Registration
from training.lti.protocol.profiles import PROFILES
from training.lti.registration import actions, setup_guides
from training.lti.registration.actions import POLICIES, RegistrationEntry
from training.lti.registration.console_pages import registered
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.sites.models import CentralUnit, Site
from training.web.render import actor, form_data, redirect, render, validate
from training.web.resources import PageResources

POLICY_WORDS = {"ask": "Ask me", "auto": "Approve by itself", "refuse": "Refuse"}


class PlatformForm(BaseModel):
    """The form of an LMS."""

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
    deployment_policy: str = "ask"
    staff_sessions: bool = False


async def connect(request: Request) -> Response:
    """Shows how to connect an LMS of the kind asked for; posted, connects it by hand."""
    me: Actor = actor(request)
    if request.method == "GET":
        return await _form(request, "lti/connect.html", {"profile": request.query_params.get("kind", "")})
    values = await form_data(request)
    try:
        asked = validate(PlatformForm, values)
        unit = await CentralUnit.get(id=me.unit_id)
        added = await actions.add(_entry(asked), now=clock.now(), unit=unit.slug, site=asked.site, actor=me.person_id)
    except (Invalid, Conflict) as error:
        return await _form(request, "lti/connect.html", values, error)
    return redirect(request, f"/lti/console/{added.id}", notice="It is connected. Now test the connection.")


async def change(request: Request) -> Response:
    """Shows what was entered for an LMS; posted, changes it."""
    me, found = actor(request), await registered(request)
    if request.method == "GET":
        kept = ("issuer", "client_id", "auth_url", "token_url", "jwks_url", "token_audience", "profile", "name")
        site = await Site.get_or_none(id=found.site_id) if found.site_id else None
        entered = {
            **{name: getattr(found, name) for name in (*kept, "deployment_policy")},
            "service_hosts": " ".join(found.service_hosts),
            "site": site.code if site else "",
            "staff_sessions": "yes" if found.staff_sessions else "",
        }
        return await _form(request, "lti/change.html", entered, found=found)
    values = await form_data(request)
    try:
        asked = validate(PlatformForm, values)
        await actions.change(found, _entry(asked), site=asked.site, now=clock.now(), actor=me.person_id)
    except (Invalid, Conflict) as error:
        return await _form(request, "lti/change.html", values, error, found=found)
    return redirect(request, f"/lti/console/{found.id}", notice="It is changed. Now test the connection.")


async def _form(
    request: Request,
    template: str,
    values: dict[str, Any],
    error: Invalid | Conflict | None = None,
    *,
    found: Registration | None = None,
) -> Response:
    me: Actor = actor(request)
    kind = str(values.get("profile") or "")
    problems = dict(error.problems) if isinstance(error, Invalid) else {}
    if error and not problems:
        problems = {"issuer": str(error)}
    return render(
        request,
        template,
        422 if error else 200,
        values=values,
        problems=problems,
        system={"name": found.name, "path": f"/lti/console/{found.id}"} if found else None,
        ours=setup_guides.fields_to_enter(kind, PageResources.of(request).settings.public_url),
        usual=setup_guides.usual_urls(kind),
        profile=PROFILES.get(kind),
        registration_link=await registration_link(request, me.unit_id),
        kinds=[("", "I am not sure"), *((one.name, one.title) for one in PROFILES.values())],
        sites=await site_shortlist(
            Site.filter(unit_id=me.unit_id), values, "site", key="code", first=[("", "No site")]
        ),
        policies=[(one, POLICY_WORDS[one]) for one in POLICIES],
    )


async def registration_link(request: Request, unit_id: UUID) -> str:
    """Gives the address to paste into an LMS that registers tools by itself; it names the unit where there are more."""
    home = f"{PageResources.of(request).settings.public_url}/lti/register"
    units = await CentralUnit.all().limit(2)
    slugs = {unit.id: unit.slug for unit in units}
    return home if len(units) < 2 else f"{home}?unit={slugs.get(unit_id) or (await CentralUnit.get(id=unit_id)).slug}"


def _entry(asked: PlatformForm) -> RegistrationEntry:
    return RegistrationEntry(
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
        deployment_policy=asked.deployment_policy,
        staff_sessions=asked.staff_sessions,
    )
