"""Pages of what a site has adopted: its programmes with their people and rules, taken up and given up."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.dates import day
from training.core.errors import Invalid, NotFound
from training.people.actor import Actor
from training.people.visibility import sites_for
from training.programmes import actions
from training.programmes.models import Adoption, holding_on, places_for
from training.sites.models import Programme, Site
from training.web.render import actor, form_data, identity, redirect, render, validate


class AdoptionForm(BaseModel):
    """The form by which a site takes up a programme."""

    programme: UUID = Field(title="which programme")
    starts: date = Field(title="the first day")


class AdoptionEndForm(BaseModel):
    """The form that ends what a site has adopted."""

    ends: date = Field(title="the last day")


async def programmes(request: Request) -> Response:
    """Shows what a site has adopted, and who has a place; posted, takes up another programme."""
    me: Actor = actor(request)
    site = await _site(me, request)
    if request.method == "GET":
        return await _shown(request, site)
    values = await form_data(request)
    try:
        asked = validate(AdoptionForm, values)
        await actions.adopt(site.id, asked.programme, starts=asked.starts, actor=me, now=clock.now())
    except Invalid as error:
        return await _shown(request, site, 422, problems=error.problems, values=values)
    notice = f"{site.name} has taken up the programme. Now give its people places, each on their page."
    return redirect(request, f"/sites/{site.id}/programmes", notice=notice)


async def _shown(request: Request, site: Site, status: int = 200, **told: Any) -> Response:
    me: Actor = actor(request)
    manages = actions.may_place(me, site.id)
    rows = await Adoption.filter(site_id=site.id).order_by("-starts").prefetch_related("programme")
    held = places_for(me, "see people").filter(holding_on(me.today), site_id=site.id).order_by("person__name")
    people = await held.values("person_id", "programme_id", name="person__name")
    running = {row.programme_id for row in rows if row.ends is None}
    free = Programme.filter(unit_id=me.unit_id).exclude(id__in=list(running)).order_by("title")
    return render(
        request,
        "participation/site.html",
        status,
        site=site,
        adopted=[
            {
                "title": row.programme.title,
                "starts": day(row.starts),
                "ends": day(row.ends) if row.ends else "",
                "people": [
                    (one["name"], f"/people/{one['person_id']}")
                    for one in people
                    if one["programme_id"] == row.programme_id
                ],
                "end_path": f"/sites/{site.id}/programmes/{row.id}/end" if manages and row.ends is None else "",
            }
            for row in rows
        ],
        free=[(str(key), title) for key, title in await free.values_list("id", "title")] if manages else [],
        manages=manages,
        values=told.pop("values", {"starts": me.today.isoformat()}),
        back=(site.name, f"/sites/{site.id}"),
        **told,
    )


async def end(request: Request) -> Response:
    """Asks for the last day of what a site has adopted; posted, ends it."""
    me: Actor = actor(request)
    site = await _site(me, request)
    found = await Adoption.get_or_none(id=identity(request, "adoption"), site_id=site.id).prefetch_related("programme")
    if found is None or not actions.may_place(me, site.id):
        raise NotFound("The site has no such programme.", "Look at the site's programmes again.")
    told: dict[str, Any] = {"site": site, "adoption": found, "back": (site.name, f"/sites/{site.id}/programmes")}
    if request.method == "GET":
        return render(request, "participation/end_adoption.html", **told)
    values = await form_data(request)
    try:
        asked = validate(AdoptionEndForm, values)
        await actions.end_adoption(found.id, ends=asked.ends, actor=me, now=clock.now())
    except Invalid as error:
        return render(request, "participation/end_adoption.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/sites/{site.id}/programmes", notice="The programme has a last day here.")


async def _site(me: Actor, request: Request) -> Site:
    found = await sites_for(me, "see people").get_or_none(id=identity(request))
    if found is None:
        raise NotFound("There is no such site.", "Look at the list of sites.")
    return found
