"""The page of records that may be of one person."""

from starlette.requests import Request
from starlette.responses import Response

from training.lti.alike import alike
from training.web.pages import actor, page


async def pairs(request: Request) -> Response:
    """Lists pairs of people who may be one, each with the address that says so."""
    return page(request, "lti/pairs.html", pairs=await alike(actor(request)), back=("People", "/people"))
