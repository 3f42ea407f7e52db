"""The pretend LMS: a small app of its own, to launch from in the demo, in tests, and to check an installation."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import httpx2
import jwt
from starlette.applications import Starlette
from starlette.routing import Route

from training.demo.lms import grades, launches, pages
from training.demo.lms.mischief import control
from training.demo.lms.world import CLIENT_ID, CONTEXT_ID, World

BOTH = ["GET", "POST"]
_COURSE = f"/course/{CONTEXT_ID}"


def build(
    tool_url: str,
    base_url: str,
    *,
    tool: httpx2.AsyncClient | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Starlette:
    """Builds the pretend LMS for a tool; `tool` is how it reads the tool's keys (a plain client by default)."""
    world = World(base_url, tool_url, clock)
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/frame", pages.frame),
            Route("/gradebook", pages.gradebook),
            Route("/mischief", pages.mischief),
            Route("/mischief", control, methods=["POST"]),
            Route("/start", launches.start),
            Route("/auth", launches.authorize, methods=BOTH),
            Route("/token", launches.token, methods=["POST"]),
            Route("/keys", launches.key_set),
            Route(f"{_COURSE}/lineitems", grades.line_items, methods=BOTH),
            Route(f"{_COURSE}/lineitems/{{item}}", grades.line_item),
            Route(f"{_COURSE}/lineitems/{{item}}/scores", grades.scores, methods=["POST"]),
            Route(f"{_COURSE}/lineitems/{{item}}/results", grades.results),
            Route(f"{_COURSE}/roster", grades.roster),
        ]
    )
    app.state.world = world
    app.state.check_assertion = assertion_check(world, tool or httpx2.AsyncClient(trust_env=False))
    return app


def assertion_check(world: World, tool: httpx2.AsyncClient) -> Callable[[str], Awaitable[str]]:
    """Makes the check of client assertions: it says what is wrong with one, or nothing."""

    async def check(assertion: str) -> str:
        try:
            kid = jwt.get_unverified_header(assertion).get("kid")
            published = (await tool.get(f"{world.tool_url}/.well-known/jwks.json")).json()["keys"]
            key = next(jwt.PyJWK(one) for one in published if one["kid"] == kid)
            claims = jwt.decode(
                assertion,
                key,
                ["RS256"],
                audience=f"{world.base_url}/token",
                issuer=CLIENT_ID,
                options={
                    "require": ["iss", "sub", "aud", "iat", "exp", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, httpx2.HTTPError, StopIteration, RuntimeError) as error:
            return f"assertion: {error!r}"
        if not claims["iat"] <= world.clock().timestamp() < claims["exp"] <= claims["iat"] + 300:
            return "assertion: not of this moment"  # without any leeway, as one platform is
        if claims["sub"] != CLIENT_ID or claims["jti"] in world.assertions:
            return "assertion: sub or jti"
        world.assertions.add(claims["jti"])
        return ""

    return check
