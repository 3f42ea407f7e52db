"""Pages of the trail: its end, for everybody; and where the central unit has it mailed."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from training.app.trail.heads import choose_address, end
from training.app.trail.reports import newest
from training.core import clock
from training.core.errors import Invalid
from training.sites.models import CentralUnit
from training.trail.models import Fact
from training.web.render import actor, form_data, redirect, render

HEADERS = {"Cache-Control": "public, no-cache", "Access-Control-Allow-Origin": "*", "Vary": "Accept"}


async def head(request: Request) -> Response:
    """Shows the newest seal, as a page or as JSON, for whoever wants to note it down."""
    seal = await end()
    if "text/html" in request.headers.get("accept", ""):
        made = datetime.fromisoformat(seal["made"]) if seal else None
        return render(request, "app/head.html", seal=seal, made=made)
    return JSONResponse(seal or {"number": 0}, headers=HEADERS)


async def trail(request: Request) -> Response:
    """Shows how far the trail is sealed, what its last check found and where its end is mailed; keeps the address."""
    me = actor(request)
    problems: dict[str, str] = {}
    values = {"address": (await CentralUnit.get(id=me.unit_id)).head_address}
    if request.method == "POST":
        values = {"address": str((await form_data(request)).get("address", ""))}
        try:
            await choose_address(values["address"], actor=me, now=clock.now())
        except Invalid as error:
            problems = error.problems
        else:
            return redirect(request, "/trail", notice="Saved.")
    waiting = await Fact.filter(seal_id__isnull=True).count()
    shown = {"seal": await end(), "waiting": waiting, "checked": await newest(), "values": values, "problems": problems}
    return render(request, "app/trail.html", 422 if problems else 200, back=("Audits", "/audits"), **shown)
