"""The pretend LMS lets only holders of its tokens use its services."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from training.demo.lms.mischief import misbehave
from training.demo.lms.resources import world_of
from training.demo.lms.world import DEPLOYMENT_ID


async def guarded(request: Request, where: str, scope: str) -> Response | None:
    """Answers wrongly if the place is to misbehave, or refuses whoever has no token with the scope."""
    spoiled = await misbehave(request, where)
    if spoiled:
        return spoiled
    if world_of(request).plays.wants_user_agent and not request.headers.get("user-agent"):
        return PlainTextResponse("a user agent is needed", 403)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    granted = world_of(request).tokens.get(token)
    if scheme != "Bearer" or granted is None:
        return PlainTextResponse("a token is needed", 401)
    if scope not in granted:
        return PlainTextResponse(f"the token lacks {scope} for {DEPLOYMENT_ID}", 403)
    return None
