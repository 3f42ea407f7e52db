"""The pretend LMS: a small app of its own, to launch from in the demo, in tests, and to check an installation."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from training.demo.lms import choosing, copying, grades, introducing, launches, pages, rosters
from training.demo.lms.mischief import control
from training.demo.lms.personalities import PERSONALITIES
from training.demo.lms.resources import LmsResources
from training.demo.lms.world import CONTEXT_ID, World

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
    app.state.resources = LmsResources(world, tool or httpx2.AsyncClient(trust_env=False))
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
