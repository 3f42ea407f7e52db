"""What programs ask first: a token, the description of the API; and which sites and programmes there are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tortoise.queryset import QuerySet

from training.clients.openapi import document
from training.clients.operations import ApiCall, ApiInput, ApiPage, Operation
from training.clients.resources import ClientResources
from training.clients.tokens import TokenRefused
from training.core import clock
from training.people.visibility import sites_for
from training.sites.models import Programme
from training.web.rate_limits import allow, caller
from training.web.render import form_data

TRIES = "120/minute"
"""Tokens that one address may ask for."""
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def token(request: Request) -> Response:
    """Gives a program a token for its signed assertion. Source: https://www.rfc-editor.org/rfc/rfc6749#section-5"""
    now = clock.now()
    try:
        await allow("api token", caller(request), limit=TRIES, now=now)
        sent = await form_data(request)
        if twice := [name for name, value in sent.items() if not isinstance(value, str)]:
            raise TokenRefused("invalid_request", f"Say {twice[0]} once.")
        return JSONResponse(await ClientResources.of(request).issuer.grant(sent, now=now), headers=NO_STORE)
    except TokenRefused as error:
        status = 401 if error.code == "invalid_client" else 400
        told = {"error": error.code, "error_description": str(error)}
        return JSONResponse(told, status, headers=NO_STORE)


async def openapi(request: Request) -> Response:
    """Describes the API in OpenAPI 3.1, as its routes declare it."""
    settings = ClientResources.of(request).settings
    told: dict[str, Any] = document(request.app.routes, home=settings.public_url, name=settings.service_name)
    return JSONResponse(told, headers={"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"})


class PageQuery(ApiInput):
    """Which page of a list, and how long it is."""

    cursor: UUID | None = Field(None, description="Where the page begins: as in `next` of the one before.")
    limit: int = Field(100, ge=1, le=500, description="Rows of a page.")


async def page_of(
    call: ApiCall, found: QuerySet[Any], *columns: str, **renamed: str
) -> tuple[list[dict[str, Any]], str | None]:
    """Reads the page that is asked for, by the ids of its rows, and the address of the next one, if there is one."""
    asked: PageQuery = call.query
    rest = found.filter(id__gt=asked.cursor) if asked.cursor else found
    rows = await rest.order_by("id").limit(asked.limit + 1).values(*columns, **renamed)
    shown = rows[: asked.limit]
    return shown, call.page_after(str(shown[-1]["id"])) if len(rows) > asked.limit else None


class SiteShape(BaseModel):
    """A site."""

    id: UUID
    code: str
    name: str
    area: str = Field(description="Code of the area that it lies in.")
    area_name: str
    area_path: str = Field(description="Codes of the areas from the widest on, such as /WLS/CDF/.")


class SitePage(ApiPage):
    """One page of sites."""

    sites: Sequence[SiteShape]


async def sites(call: ApiCall) -> SitePage:
    """Lists the sites that the program may see, by their ids."""
    area = {"area": "area__code", "area_name": "area__name", "area_path": "area__path"}
    rows, following = await page_of(call, sites_for(call.actor, "see people"), "id", "code", "name", **area)
    return SitePage(sites=[SiteShape(**row) for row in rows], next=following)


class ProgrammeShape(BaseModel):
    """A programme."""

    id: UUID
    slug: str
    title: str


class ProgrammePage(ApiPage):
    """One page of programmes."""

    programmes: Sequence[ProgrammeShape]


async def programmes(call: ApiCall) -> ProgrammePage:
    """Lists the programmes of the unit, by their ids."""
    found = Programme.filter(unit_id=call.actor.unit_id)
    rows, following = await page_of(call, found, "id", "slug", "title")
    return ProgrammePage(programmes=[ProgrammeShape(**row) for row in rows], next=following)


SITES = Operation(sites, "sites.readonly", "List sites", SitePage, PageQuery)
PROGRAMMES = Operation(programmes, "programmes.readonly", "List programmes", ProgrammePage, PageQuery)
