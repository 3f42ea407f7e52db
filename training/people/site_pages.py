"""Pages that add and change areas and sites, for whoever looks after the whole unit."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.database.load_report import By
from training.people.actor import Actor
from training.people.visibility import sites_for
from training.sites import actions
from training.sites.models import Area, Site
from training.web.render import actor, form_data, identity, redirect, render, validate

TOP = ("", "At the top, below no other")


class AreaForm(BaseModel):
    """The form of an area; where it lies and its code are asked for once."""

    name: str = ""
    code: str = ""
    parent: UUID | None = None


class SiteForm(BaseModel):
    """The form of a site; its code is asked for once."""

    name: str = ""
    code: str = ""
    area: UUID = Field(title="which area the site lies in")
    contact: str = Field("", max_length=200)
    telephone: str = Field("", max_length=40)


async def areas(request: Request) -> Response:
    """Lists the areas with the sites in them, in the order of the tree."""
    me: Actor = actor(request)
    sites = await sites_for(me, "load material").order_by("name").values("id", "name", "area_id")
    rows = [
        {"name": row["name"], "code": row["code"], "depth": row["path"].count("/") - 2, "path": f"/areas/{row['id']}",
         "sites": [(one["name"], f"/sites/{one['id']}") for one in sites if one["area_id"] == row["id"]]}
        for row in await _tree(me).values("id", "name", "code", "path")
    ]  # fmt: skip
    return render(request, "people/areas.html", areas=rows, back=("Sites", "/sites"))


async def area(request: Request) -> Response:
    """Shows the form of an area, new or there already; posted, keeps it."""
    me: Actor = actor(request)
    found = None
    if "id" in request.path_params:
        found = await Area.get_or_none(id=identity(request), unit_id=me.unit_id)
        if found is None:
            raise NotFound("There is no such area.", "Look at the list of areas.")
    told: dict[str, Any] = {"area": found, "parents": [TOP, *await _choices(me)], "back": ("Areas", "/areas")}
    if request.method == "GET":
        return render(request, "people/area.html", **told, values={"name": found.name if found else ""})
    values = await form_data(request)
    try:
        asked = validate(AreaForm, values)
        kept = await actions.save_area(
            found.id if found else None, name=asked.name, code=asked.code.strip(), parent_id=asked.parent, by=_by(me)
        )  # fmt: skip
    except Invalid as error:
        return render(request, "people/area.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/areas", notice=f"{kept.name} is saved.")


async def site(request: Request) -> Response:
    """Shows the form of a site, new or there already; posted, keeps it."""
    me: Actor = actor(request)
    found = None
    if "id" in request.path_params:
        found = await sites_for(me, "load material").get_or_none(id=identity(request))
        if found is None:
            raise NotFound("There is no such site.", "Look at the list of sites.")
    back = (found.name, f"/sites/{found.id}") if found else ("Sites", "/sites")
    told: dict[str, Any] = {"site": found, "areas": await _choices(me), "back": back}
    if request.method == "GET":
        return render(request, "people/site.html", **told, values=_typed(found))
    values = await form_data(request)
    try:
        asked = validate(SiteForm, values)
        given = {"name": asked.name, "contact": asked.contact.strip(), "telephone": asked.telephone.strip()}
        kept = await actions.save_site(
            found.id if found else None, code=asked.code.strip(), area_id=asked.area, given=given, by=_by(me)
        )
    except Invalid as error:
        return render(request, "people/site.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, f"/sites/{kept.id}", notice=f"{kept.name} is saved.")


def _typed(found: Site | None) -> dict[str, str]:
    if found is None:
        return {}
    return {"name": found.name, "area": str(found.area_id), "contact": found.contact, "telephone": found.telephone}


def _tree(me: Actor) -> Any:
    return Area.filter(unit_id=me.unit_id).order_by("path")


async def _choices(me: Actor) -> list[tuple[str, str]]:
    rows = await _tree(me).values("id", "name", "path")
    return [(str(row["id"]), "– " * (row["path"].count("/") - 2) + row["name"]) for row in rows]


def _by(me: Actor) -> By:
    return By(me.person_id, me.unit_id, me.language, clock.now())
