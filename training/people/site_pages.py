"""Pages that change the unit, add and change areas and sites, for whoever looks after the whole unit."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from training.core import clock
from training.core.errors import Invalid, NotFound
from training.database.load_report import By
from training.people.actor import Actor
from training.people.lists.pages import answer_list
from training.people.visibility import sites_for
from training.sites import actions
from training.sites.models import Area, CentralUnit, Site
from training.web.languages import NAMES
from training.web.lists import ListColumn, ListFilter, ListSort, PagedList, Row
from training.web.render import actor, form_data, identity, redirect, render, validate
from training.web.shortlists import Option, Shortlist, ShortlistField, shortlist_of

TOP = ("", "At the top, below no other")
TYPED = ("name", "contact", "telephone", "safeguarding_lead", "safeguarding_telephone", "help_lines")


class UnitForm(BaseModel):
    """The form of the unit."""

    name: str = ""
    contact: str = Field("", title="whom to ask", max_length=200)
    language: str = ""
    second_publisher: bool = False


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
    safeguarding_lead: str = Field("", max_length=200)
    safeguarding_telephone: str = Field("", max_length=40)
    help_lines: str = Field("", max_length=1000)


async def unit(request: Request) -> Response:
    """Shows what the unit is called, whom people ask, how it writes and publishes; posted, changes it."""
    me: Actor = actor(request)
    found = await CentralUnit.get(id=me.unit_id)
    told: dict[str, Any] = {"unit": found, "spoken": list(NAMES.items()), "back": ("Sites", "/sites")}
    values: dict[str, Any] = {"name": found.name, "contact": found.contact, "language": found.language}
    values |= {"second_publisher": found.second_publisher}
    if request.method == "GET":
        return render(request, "people/unit.html", values=values, **told)
    values = await form_data(request)
    try:
        asked = validate(UnitForm, values)
        if asked.language not in NAMES:
            raise Invalid("There is a problem", problems={"language": "Choose a language from the list"})
        await actions.save_unit(
            found, name=asked.name, contact=asked.contact.strip(), language=asked.language,
            second_publisher=asked.second_publisher, by=_by(me),
        )  # fmt: skip
    except Invalid as error:
        return render(request, "people/unit.html", 422, problems=error.problems, values=values, **told)
    return redirect(request, "/unit", notice="It is saved.")


AREAS = PagedList(
    "/areas",
    "Areas",
    ("area", "areas"),
    (
        ListColumn("name", "Area", ListSort("name", fold=True),
                   cell=lambda row: {"text": row["name"], "path": f"/areas/{row['id']}"}),
        ListColumn("code", "Code", ListSort("code", fold=True)),
        ListColumn("within", "Lies in", ListSort("parent__name", fold=True, nullable=True),
                   text=lambda row: row["parent__name"] or ""),
        ListColumn("sites", "Sites", ListSort("sites", "number", late=True), number=True, cell=lambda row: {
            "text": str(row["sites"]), "path": f"/sites?{urlencode({'area': row['name']})}" if row["sites"] else ""}),
    ),
    (
        ListFilter("query", "Area or code", lambda _, part: Q(name__icontains=part) | Q(code__iexact=part)),
        ListFilter("within", "Lies in", lambda _, part: Q(parent__name__icontains=part)),
    ),
    fields=("name", "code", "parent__name"),
    first_sort="name",
)  # fmt: skip


async def areas(request: Request) -> Response:
    """Lists the areas, each with the one that it lies in and the number of its sites."""
    found, back = _areas(actor(request)), ("Sites", "/sites")
    return await answer_list(request, "people/areas.html", AREAS, found, complete=_with_sites, back=back)


async def _with_sites(rows: list[Row], _: Actor) -> list[Row]:
    here = Site.filter(area_id__in=[row["id"] for row in rows]).annotate(number=Count("id")).group_by("area_id")
    number = dict(await here.values_list("area_id", "number"))
    return [row | {"sites": number.get(row["id"], 0)} for row in rows]


async def area(request: Request) -> Response:
    """Shows the form of an area, new or there already; posted, keeps it."""
    me: Actor = actor(request)
    found = None
    if "id" in request.path_params:
        found = await Area.get_or_none(id=identity(request), unit_id=me.unit_id)
        if found is None:
            raise NotFound("There is no such area.", "Look at the list of areas.")
    values = await form_data(request) if request.method == "POST" else {"name": found.name if found else ""}
    told: dict[str, Any] = {
        "area": found, "parents": await _choices(me, values, "parent", first=[TOP]), "back": ("Areas", "/areas")
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "people/area.html", **told, values=values)
    try:
        asked = validate(AreaForm, values)
        kept = await actions.save_area(
            found.id if found else None, name=asked.name, code=asked.code.strip(), parent_id=asked.parent, by=_by(me)
        )  # fmt: skip
    except Invalid as error:
        status = 422 if error.problems else 200
        return render(request, "people/area.html", status, problems=error.problems, values=values, **told)
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
    values = await form_data(request) if request.method == "POST" else _typed(found)
    told: dict[str, Any] = {"site": found, "areas": await _choices(me, values, "area"), "back": back}
    if request.method == "GET":
        return render(request, "people/site.html", **told, values=values)
    try:
        asked = validate(SiteForm, values)
        given = {name: getattr(asked, name).strip() for name in TYPED}
        kept = await actions.save_site(
            found.id if found else None, code=asked.code.strip(), area_id=asked.area, given=given, by=_by(me)
        )
    except Invalid as error:
        status = 422 if error.problems else 200
        return render(request, "people/site.html", status, problems=error.problems, values=values, **told)
    return redirect(request, f"/sites/{kept.id}", notice=f"{kept.name} is saved.")


def _typed(found: Site | None) -> dict[str, str]:
    if found is None:
        return {}
    return {"area": str(found.area_id)} | {name: getattr(found, name) for name in TYPED}


def _areas(me: Actor) -> QuerySet[Area]:
    return Area.filter(unit_id=me.unit_id)


async def _choices(me: Actor, values: Mapping[str, Any], name: str, *, first: Sequence[Option] = ()) -> Shortlist:
    """Offers an area, in the order of the tree."""
    asked = ShortlistField(
        name, lambda part: Q(name__icontains=part), first=first, ask="" if first else "Choose an area", order=("path",),
        called=lambda row: "– " * (row.path.count("/") - 2) + row.name,
    )  # fmt: skip
    return await shortlist_of(_areas(me), asked, values)


def _by(me: Actor) -> By:
    return By(me.person_id, me.unit_id, me.language, clock.now())
