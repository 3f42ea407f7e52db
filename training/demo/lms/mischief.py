"""How the pretend LMS misbehaves on request, so that everybody can see what we make of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from training.demo.lms.personalities import PERSONALITIES
from training.demo.lms.resources import world_of
from training.demo.lms.world import World, fresh_key

PLACES = ("keys", "token", "lineitems", "scores", "roster", "login", "configuration", "tools", "notices")
KINDS = {
    "": "Behaves",
    "slow": "Is slow (12 seconds)",
    "503": "Is down (503)",
    "429": "Is busy (429)",
    "500": "Has a fault (500)",
    "401": "Does not know our token (401)",
    "403": "Refuses (403)",
    "404": "Has lost the column (404)",
    "409": "Says that our score is old (409)",
    "redirect": "Sends us to another host",
    "html": "Answers with a web page",
    "huge": "Answers without end",
    "wrong": "Publishes the wrong keys",
    "error": "Ends the login with an error",
}
STORAGE = {
    "lti": "Keeps what tools give it (lti.*)",
    "org.imsglobal.lti": "Understands the older words only (org.imsglobal.lti.*)",
    "silent": "Never answers",
    "wrong": "Gives back something else",
    "off": "Is not offered",
}
SLOW_SECONDS = 12


def set_mischief(world: World, wish: Mapping[str, Any]) -> None:
    """Sets how one place misbehaves: `where`, `what`, and how many `times` (empty: until told otherwise)."""
    if wish.get("what") == "rotate":
        world.keys.append(fresh_key())
        world.keys[:] = world.keys[-1:]
        return
    if wish["where"] == "plays":
        world.plays = PERSONALITIES[str(wish["what"])]
        return
    if wish["where"] == "clock":
        world.set_clock(ahead=float(wish.get("what") or 0))
        return
    if wish["where"] == "hints":
        world.hints_once = wish.get("what") == "once"
        return
    if wish["where"] == "storage":
        world.keeps = str(wish.get("what") or "lti")
        return
    world.mischief[str(wish["where"])] = {
        "what": str(wish.get("what", "")),
        "times": int(wish["times"]) if wish.get("times") else None,
        "retry_after": wish.get("retry_after"),
        "seconds": float(wish.get("seconds") or SLOW_SECONDS),
    }


async def misbehave(request: Request, where: str) -> Response | None:
    """Answers wrongly if this place is to misbehave, and counts the call."""
    world = world_of(request)
    world.calls.append((where, str(request.url)))
    wish = world.mischief.get(where)
    if not wish or not wish["what"] or wish["times"] == 0:
        return None
    if wish["times"]:
        wish["times"] -= 1
    if wish["what"] == "slow":
        await asyncio.sleep(wish["seconds"])
        return None
    what = wish["what"]
    if what.isdigit():
        waiting = {"Retry-After": str(wish["retry_after"])} if wish["retry_after"] else {}
        words = "timestamp must be later than the last one" if what == "409" else "mischief"
        return PlainTextResponse(words, int(what), waiting)
    if what == "redirect":
        return RedirectResponse("http://169.254.169.254/latest/meta-data", 302)
    if what == "html":
        return PlainTextResponse("<html>Please sign in</html>", 200, media_type="text/html")
    if what == "huge":
        return PlainTextResponse("x" * 1024 * 1024, 200)
    return None


async def control(request: Request) -> Response:
    """Takes a wish as JSON or from the form of the mischief page."""
    if request.headers.get("content-type", "").startswith("application/json"):
        set_mischief(world_of(request), await request.json())
        return JSONResponse({"mischief": world_of(request).mischief})
    set_mischief(world_of(request), {name: str(value) for name, value in (await request.form()).items()})
    return RedirectResponse("/mischief", 303)
