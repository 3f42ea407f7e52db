"""The console of LMS administrators: what is connected, what waits, and how to connect one."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.lti.identities import sites
from training.lti.models import Context, Deployment, Registration, visible_to
from training.lti.platform.client import allowed_hosts
from training.lti.protocol.profiles import PROFILES, Profile
from training.lti.registration import approval, connection_test, setup_guides, tool_configuration
from training.lti.registration.actions import labels
from training.lti.registration.proposals import WORDS, fingerprint, is_elsewhere, proposed_for
from training.lti.resources import LtiResources
from training.parsing.plurals import many
from training.people.actor import Actor
from training.people.lists.shortlists import site_shortlist
from training.sites.models import Site
from training.web.render import actor, form_data, identity, redirect, render
from training.web.shortlists import refuse_unchosen


async def console(request: Request) -> Response:
    """Shows the connected LMSs and what waits for approval."""
    me: Actor = actor(request)
    rows = await visible_to(me).order_by("created").prefetch_related("deployments", "site")
    waiting = (
        await Deployment.filter(registration__unit_id=me.unit_id, state="pending")
        .order_by("seen")
        .values("id", "deployment_id", name="registration__name", client_id="registration__client_id")
    )
    called = await labels(me.unit_id)
    systems = [_shown(row) | {"name": called[row.name, row.client_id]} for row in rows]
    return render(
        request,
        "lti/console.html",
        systems=systems,
        waiting=[dict(one, lms=called[one["name"], one["client_id"]]) for one in waiting],
        pending=[one for one in systems if one["state"] == "pending"],
    )


async def system(request: Request) -> Response:
    """Shows one LMS: what was entered, what to enter there, and how its connection does."""
    return await _system(request, {})


async def _system(request: Request, values: Mapping[str, Any], status: int = 200, **told: Any) -> Response:
    found = await registered(request)
    profile = PROFILES.get(found.profile, PROFILES["other"])
    known = Deployment.filter(registration_id=found.id).order_by("seen")
    listed = Context.filter(deployment__registration_id=found.id).exclude(context_id="").order_by("title")
    courses = await listed.values("id", "title", "context_id", "synced", "roster_url", programme="programme__title")
    # Whoever approves should know the hosts that are not the issuer's.
    also = {urlsplit(found.client_uri).hostname or ""} - {""}
    strange = sorted((allowed_hosts(found) | also) - {urlsplit(found.issuer).hostname or ""})
    before = await sites.without_site(found).count() if found.site_id else 0
    return render(
        request,
        "lti/system.html",
        status,
        system=_shown(found),
        entered=_entered(found),
        profile=profile,
        ours=setup_guides.fields_to_enter(found.profile, LtiResources.of(request).settings.public_url),
        strange_hosts=strange,
        deployments=await known.values("id", "deployment_id", "state"),
        proposed=_proposed(found),
        asked=_asked(found.asked) if found.asked else None,
        shown=fingerprint(found),
        courses=courses,
        takes_updates=bool(found.client_uri),
        sites=await site_shortlist(
            Site.filter(unit_id=found.unit_id),
            values,
            "site",
            key="code",
            ask="Choose",
            last=[(approval.WHOLE_UNIT, "People of every site")],
        ),
        values=values,
        without_site=f"{many(before, 'person', 'people')} came from here before it served a site" if before else "",
        **told,
    )


async def check(request: Request) -> Response:
    """Tests the connection and shows what was found."""
    found = await registered(request)
    platform = LtiResources.of(request).platform
    findings = await connection_test.test(found, platform, now=clock.now())
    return render(request, "lti/check.html", system=_shown(found), findings=[asdict(one) for one in findings])


async def accept(request: Request) -> Response:
    """Takes over what an LMS proposed for its registration, if it is still what was shown; or refuses it."""
    found, me, form = await registered(request), actor(request), await form_data(request)
    if form.get("answer") == "refuse":
        await approval.drop_changes(found, now=clock.now(), actor=me.person_id)
        return redirect(request, f"/lti/console/{found.id}", notice="The changes are refused. All stays as it is.")
    shown = str(form.get("shown", ""))
    await approval.accept_changes(found, shown=shown, now=clock.now(), actor=me.person_id)
    return redirect(request, f"/lti/console/{found.id}", notice="The changes are taken over.")


async def introduce(request: Request) -> Response:
    """Shows what the LMS would learn anew of us, beside what it knows; posted, tells it."""
    found = await registered(request)
    given = LtiResources.of(request)
    tool, name = given.tool, given.settings.service_name
    if request.method == "POST":
        await tool_configuration.tell_again(tool, found, name=name)
        return redirect(request, f"/lti/console/{found.id}", notice="The learning system knows our new values.")
    changes = await tool_configuration.what_would_change(tool, found, name=name)
    return render(request, "lti/introduce.html", system=_shown(found), changes=changes)


async def approve(request: Request) -> Response:
    """Approves a registration or a deployment that waits."""
    me: Actor = actor(request)
    form, wanted = await form_data(request), str(identity(request))
    shown, site = str(form.get("shown", "")), str(form.get("site", ""))
    try:
        refuse_unchosen(form)
    except Invalid as error:
        return await _system(request, form, 422, problems=error.problems)
    await approval.approve(wanted, shown=shown, site=site, now=clock.now(), actor=me.person_id, unit_id=me.unit_id)
    return redirect(request, "/lti/console", notice="It is approved.")


async def place(request: Request) -> Response:
    """Moves the people who came from an LMS before it served a site to that site."""
    found, me = await registered(request), actor(request)
    if found.site_id is None:
        raise Invalid("It serves no site.", "Choose one first: change what was entered.")
    moved = await sites.move(found, actor=me.person_id, now=clock.now())
    return redirect(request, f"/lti/console/{found.id}", notice=f"{many(moved, 'person', 'people')} moved to the site.")


async def refuse(request: Request) -> Response:
    """Closes a registration, or refuses a deployment that waits."""
    me: Actor = actor(request)
    what = await approval.refuse(identity(request), now=clock.now(), actor=me.person_id, unit_id=me.unit_id)
    return redirect(request, "/lti/console", notice=what)


async def registered(request: Request) -> Registration:
    """Gives the LMS that the address names, if it belongs to the actor's unit."""
    found = await visible_to(actor(request)).get_or_none(id=identity(request)).prefetch_related("deployments", "site")
    if found is None:
        raise NotFound("There is no such learning system.", "Go back to the list.")
    return found


def _proposed(row: Registration) -> dict[str, Any] | None:
    """Lists what is proposed: what it is, as it is now, as it would be, and whether that is on another host."""
    proposal = proposed_for(row)
    if proposal is None:
        return None
    rows = [
        [WORDS.get(name, name), _text(before), _text(after), {"tag": "Other host"} if is_elsewhere(row, after) else ""]
        for name, (before, after) in proposal.changes.items()
    ]
    token = [["Token for sending our newest values", "The present one", "A new one", ""]]
    return {"rows": rows + (token if proposal.client_token else []), "asked": _asked(proposal.asked)}


def _asked(asked: Mapping[str, str]) -> dict[str, Any]:
    return {**asked, "at": datetime.fromisoformat(asked["at"])}


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


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
        ("What it is called here", row.name),
        ("Issuer", row.issuer),
        ("Client id", row.client_id),
        ("Authentication address", row.auth_url),
        ("Token address", row.token_url),
        ("Token audience", row.token_audience or row.token_url),
        ("Key set address", row.jwks_url),
        ("Hosts we may call", ", ".join(sorted(allowed_hosts(row)))),
    ]
