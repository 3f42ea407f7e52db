"""The pretend LMS: a small app of its own, to launch from in the demo, in tests, and to check an installation."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx2
import jwt
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from training.demo.lms import choosing, copying, grades, introducing, launches, pages, rosters
from training.demo.lms.mischief import control
from training.demo.lms.personalities import PERSONALITIES
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, World

BOTH = ["GET", "POST"]
_COURSE = f"/course/{CONTEXT_ID}"

ROUTES = [
    Route("/", pages.home),
    Route("/frame", pages.frame),
    Route("/keeper", pages.keeper),
    Route("/gradebook", pages.gradebook),
    Route("/mischief", pages.mischief),
    Route("/mischief", control, methods=["POST"]),
    Route("/start", launches.start),
    Route("/auth", launches.authorize, methods=BOTH),
    Route("/token", launches.token, methods=["POST"]),
    Route("/keys", launches.key_set),
    Route("/.well-known/openid-configuration", introducing.configuration),
    Route("/connect", introducing.connect),
    Route("/tools", introducing.tools, methods=["POST"]),
    Route("/tools/{client_id}", introducing.tools, methods=["GET", "PUT"]),
    Route("/placed", choosing.placed, methods=["POST"]),
    Route("/notice-handlers", copying.handlers, methods=["PUT"]),
    Route("/copy", copying.copy, methods=["POST"]),
    Route(f"{_COURSE}/lineitems", grades.line_items, methods=BOTH),
    Route(f"{_COURSE}/lineitems/{{item}}", grades.line_item),
    Route(f"{_COURSE}/lineitems/{{item}}/scores", grades.scores, methods=["POST"]),
    Route(f"{_COURSE}/lineitems/{{item}}/results", grades.results),
    Route(f"{_COURSE}/roster", rosters.roster),
]


def build(
    tool_url: str,
    base_url: str,
    *,
    tool: httpx2.AsyncClient | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    plays: str = "pretend-lms",
    alone: bool = False,
) -> Starlette:
    """Builds the pretend LMS for a tool; `tool` is how it reads the tool's keys (a plain client by default).

    `plays` names the real LMS whose ways it takes on; `alone` says that it runs without the demo.
    """
    world = World(base_url, tool_url, clock, plays=PERSONALITIES[plays], alone=alone)
    app = Starlette(routes=ROUTES, middleware=[Middleware(Dated, world=world)])
    app.state.world = world
    app.state.tool = tool or httpx2.AsyncClient(trust_env=False)
    app.state.check_signed = signature_check(world, app.state.tool)
    app.state.check_assertion = assertion_check(world, app.state.check_signed)
    return app


class Dated:
    """Dates each answer by the clock of the LMS, which may be wrong; the server adds no date of its own."""

    def __init__(self, app: ASGIApp, *, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Adds the date."""

        async def dating(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.world.clock().astimezone(UTC), usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        await self.app(scope, receive, dating)


def signature_check(world: World, tool: httpx2.AsyncClient) -> Callable[..., Awaitable[dict[str, Any] | str]]:
    """Makes the check of what the tool signs: it gives the claims, or says what is wrong."""

    async def check(token: str, *, audience: str) -> dict[str, Any] | str:
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            published = (await tool.get(f"{world.tool_url}/.well-known/jwks.json")).json()["keys"]
            key = next(jwt.PyJWK(one) for one in published if one["kid"] == kid)
            options: Any = {"require": ["iss", "aud", "iat", "exp"], "verify_exp": False, "verify_iat": False}
            claims = jwt.decode(token, key, ["RS256"], audience=audience, issuer=CLIENT_ID, options=options)
        except (jwt.PyJWTError, httpx2.HTTPError, StopIteration, RuntimeError) as error:
            return f"the signature: {error!r}"
        if not claims["iat"] <= world.clock().timestamp() < claims["exp"]:
            return "it is not of this moment"  # without any leeway, as one platform is
        return claims

    return check


def assertion_check(
    world: World, check_signed: Callable[..., Awaitable[dict[str, Any] | str]]
) -> Callable[[str], Awaitable[str]]:
    """Makes the check of client assertions: it says what is wrong with one, or nothing."""

    async def check(assertion: str) -> str:
        claims = await check_signed(assertion, audience=f"{world.base_url}{world.plays.assertion_audience}")
        if isinstance(claims, str):
            return claims
        if claims.get("sub") != CLIENT_ID or claims["exp"] - claims["iat"] > 300 or not isinstance(claims["aud"], str):
            return "sub, aud or life"
        if not claims.get("jti") or claims["jti"] in world.assertions:
            return "jti"
        world.assertions.add(claims["jti"])
        return ""

    return check
