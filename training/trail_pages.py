"""Pages of the trail: its end, for everybody; and where the central unit has it mailed."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training import clock
from training.errors import Invalid
from training.facts import Fact
from training.sites.models import CentralUnit
from training.trail_heads import choose_address, end
from training.trail_reports import newest
from training.web.pages import actor, go, page, typed

HEADERS = {"Cache-Control": "public, no-cache", "Access-Control-Allow-Origin": "*", "Vary": "Accept"}


async def head(request: Request) -> Response:
    """Shows the newest seal, as a page or as JSON, for whoever wants to note it down."""
    seal = await end()
    if "text/html" in request.headers.get("accept", ""):
        made = datetime.fromisoformat(seal["made"]) if seal else None
        return page(request, "trail/head.html", seal=seal, made=made)
    return JSONResponse(seal or {"number": 0}, headers=HEADERS)


async def trail(request: Request) -> Response:
    """Shows how far the trail is sealed, what its last check found and where its end is mailed; keeps the address."""
    me = actor(request)
    problems: dict[str, str] = {}
    values = {"address": (await CentralUnit.get(id=me.unit_id)).head_address}
    if request.method == "POST":
        values = {"address": str((await typed(request)).get("address", ""))}
        try:
            await choose_address(values["address"], actor=me, now=clock.now())
        except Invalid as error:
            problems = error.problems
        else:
            return go(request, "/trail", notice="Saved.")
    waiting = await Fact.filter(seal_id__isnull=True).count()
    shown = {"seal": await end(), "waiting": waiting, "checked": await newest(), "values": values, "problems": problems}
    return page(request, "trail/trail.html", 422 if problems else 200, back=("Audits", "/audits"), **shown)
