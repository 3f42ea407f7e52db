"""Pages by which LMSs and their people join: dynamic registration, and the roster of a course."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.core.origins import origin_of
from training.lti.identities import programme_places, roster_changes
from training.lti.launch.pages import refuse
from training.lti.models import Context, Registration, visible_to
from training.lti.platform import roster
from training.lti.protocol.profiles import PROFILES
from training.lti.protocol.refusals import Refused
from training.lti.registration import dynamic
from training.lti.resources import LtiResources
from training.lti.trace import Notes
from training.parsing.plurals import many
from training.people.actor import Actor
from training.sites.models import CentralUnit, Programme
from training.web.browsers import browser_of
from training.web.frames import let_frame
from training.web.rate_limits import TooMany, allow, caller
from training.web.render import actor, form_data, identity, redirect, render, validate

MOST_PENDING = 50
"""How many registrations may wait for approval: anybody can make one, and somebody has to read them."""
CHANGED = "The roster has changed since you looked. This is what it says now."
WHAT = {"add": "New", "change": "Changes", "gone": "No longer there"}


class ProgrammeForm(BaseModel):
    """The form that says to which programme a course belongs."""

    programme: UUID | None = Field(None, title="which programme")


async def register(request: Request) -> Response:
    """Registers us at the LMS whose administrator opened this; the result waits for approval here."""
    given = LtiResources.of(request)
    asked, now = request.query_params, clock.now()
    await allow("lti register", caller(request), limit="120/hour", now=now)
    if await Registration.filter(state="pending").count() >= MOST_PENDING:
        raise TooMany("Too many learning systems wait for approval here.", "Ask the central unit to look through them.")
    url = asked.get("openid_configuration", "")
    notes = Notes(str(request.scope["request_id"]), browser=browser_of(request))
    notes.issuer = origin_of(url)
    try:
        if not url:
            raise Refused("login_param_missing", "openid_configuration")
        made = await dynamic.register(
            given.tool,
            url,
            asked.get("registration_token", ""),
            name=given.settings.service_name,
            unit=asked.get("unit", ""),
            address=request.client.host if request.client else "",
            now=now,
        )
    except Refused as refused:
        return await refuse(request, refused, notes, now)
    # As of a refusal: this is the page of a stranger, shown by the LMS whose own configuration was just read.
    request.scope["actor"] = None
    let_frame(request, [origin_of(url), origin_of(made.issuer)])
    return render(
        request,
        "lti/register.html",
        unit=await CentralUnit.get(id=made.unit_id),
        name=made.name,
        state=made.state,
        then=PROFILES.get(made.profile, PROFILES["other"]).link_after,
        platform_origin=origin_of(url),
        proposed=bool(made.proposed),
    )


async def course(request: Request) -> Response:
    """Shows what the roster of a course would change; posted, applies it, if it still says what was shown."""
    me: Actor = actor(request)
    context, registration = await _course(request, me)
    now, shown = clock.now(), (await request.form()).get("shown")
    since_last = request.query_params.get("only") == "differences" and bool(context.differences_url)
    found = await roster.read(registration, context, LtiResources.of(request).platform, now=now, since_last=since_last)
    if shown == found.fingerprint:
        await roster_changes.apply(registration, context, found, now=now)
        return redirect(request, f"/lti/console/courses/{context.id}", notice="The roster is taken over.")
    changes = await roster_changes.preview(context, found)
    told: dict[str, Any] = {"notice": CHANGED} if shown else {}
    return render(
        request,
        "lti/course.html",
        course=context.title or context.context_id,
        path=f"/lti/console/courses/{context.id}",
        only="?only=differences" if since_last else "",
        since=context.synced if context.differences_url else None,
        shown=found.fingerprint,
        system=registration.name,
        system_id=str(registration.id),
        changes=[[one.name or one.sub, WHAT[one.what], one.before, one.after] for one in changes],
        members=len(found.members),
        whole=found.whole,
        **told,
    )


async def programme(request: Request) -> Response:
    """Shows to which programme a course of an LMS belongs; posted, changes that and gives its learners places."""
    me: Actor = actor(request)
    context, registration = await _course(request, me)
    rows = await Programme.filter(unit_id=me.unit_id).order_by("title").values_list("id", "title")
    told: dict[str, Any] = {
        "course": context.title or context.context_id,
        "path": f"/lti/console/courses/{context.id}/programme",
        "programmes": [
            ("", "The only one there is" if len(rows) == 1 else "None"),
            *((str(key), title) for key, title in rows),
        ],
        "back": (registration.name, f"/lti/console/{registration.id}"),
    }
    if request.method == "GET":
        return render(request, "lti/programme.html", values={"programme": str(context.programme_id or "")}, **told)
    values = await form_data(request)
    try:
        wanted = validate(ProgrammeForm, values).programme
        given = await programme_places.choose_programme(context, wanted, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "lti/programme.html", 422, problems=error.problems, values=values, **told)
    notice = f"Saved. {many(given, 'learner has', 'learners have')} got a place." if given else "Saved."
    return redirect(request, f"/lti/console/{registration.id}", notice=notice)


async def _course(request: Request, me: Actor) -> tuple[Context, Registration]:
    wanted: UUID = identity(request)
    context = await Context.get_or_none(id=wanted).select_related("deployment")
    found = await visible_to(me).get_or_none(id=context.deployment.registration_id) if context else None
    if context is None or found is None:
        raise NotFound("There is no such course.", "Go back to the learning system.")
    return context, found
