"""The home page: one next step, then the ways on; the one page that looks into every room."""

from starlette.requests import Request
from starlette.responses import Response

from training.people.actor import Actor
from training.people.ways import cards
from training.web.pages import actor, go, page


async def home(request: Request) -> Response:
    """Shows the next step and the ways on; strangers are asked to sign in."""
    if request.scope["actor"] is None:
        return go(request, "/people/choose" if request.app.state.settings.demo else "/sign-in")
    me: Actor = actor(request)
    heading = f"Hello {me.name.split(' ')[0]}"
    return page(request, "people/home.html", heading=heading, next_step=None, cards=cards(me), counts=[])
