"""How a route is declared: its address, its page, and what one must be able to do to open it."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from training.core.errors import NotAllowed, NotFound
from training.web.bodies import BodyLimit
from training.web.frames import is_framed

Endpoint = Callable[[Request], Awaitable[Response]]
ANYONE = "anyone"
SIGNED_IN = "signed in"
NORMAL_BODY = 256 * 1024
"""Bytes that an ordinary form may have; routes that take files say more."""
SMALL = Middleware(GZipMiddleware, minimum_size=1500, compresslevel=4)
"""Makes answers small on their way."""


class DirectOnly(NotAllowed):
    """Somebody of the staff came through a learning system, and asks for what a direct sign-in opens."""

    def __init__(self, sign_in_path: str) -> None:
        super().__init__(
            "This page is for staff, and you came here through a learning system.",
            "Sign in directly to open it. Your learning system stays as it is.",
        )
        self.sign_in_path = sign_in_path


class SecondStepMissing(NotAllowed):
    """Somebody of the staff signed in by a link alone, and asks for what a second step opens; `path` leads there."""

    def __init__(self, path: str) -> None:
        super().__init__("This asks for a second step of signing in.", "Do the second step first.")
        self.path = path


class FrameOver(NotAllowed):
    """The session of a page in an LMS's frame is over, and nobody can sign in inside of a frame."""

    title = "Open this again from your course"

    def __init__(self) -> None:
        super().__init__("Your session here has ended.", "Go back to your course and open the activity again.")


class Unauthenticated(NotAllowed):
    """A program sent no token, or one that does not count."""

    title = "You need a token"


class ProtectedRoute(Route):
    """A route that knows the ability it asks for, and how many bytes it takes."""

    may: str = ANYONE
    body: int | None = NORMAL_BODY


def at(
    path: str, endpoint: Endpoint, *, may: str, methods: tuple[str, ...] = ("GET",), body: int | None = NORMAL_BODY
) -> ProtectedRoute:
    """Declares a route; `may` is ANYONE, SIGNED_IN or an ability of the roles table.

    Where `body` is None nothing stands before the page: it limits what it reads by itself, and nothing is made small.
    """
    door = ProtectedRoute(
        path,
        _AbilityRequired(endpoint, may),
        methods=list(methods),
        name=endpoint.__qualname__,
        middleware=[] if body is None else [Middleware(BodyLimit, most=body), SMALL],
    )
    door.may, door.body = may, body
    return door


class _AbilityRequired:
    """A page behind its guard. Not a function, which Starlette would wrap into two more layers for each request."""

    def __init__(self, endpoint: Endpoint, may: str) -> None:
        self.endpoint, self.may = endpoint, may

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers, or raises what the page of troubles is made of."""
        # HEAD looks like a page and must change as little: what a page does with its own form, it may not set off.
        looks = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        response = await self._answer(Request(looks, receive, send))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        # Whoever lets anyone in looks for themselves.
        asked = b"" if self.may == ANYONE else request.scope["query_string"]
        if "\0" in request.scope["path"] or b"%00" in asked:
            # PostgreSQL takes no such text.
            raise NotFound("There is no such page.", "Check the address.", title="Page not found")
        actor = request.scope.get("actor")
        if self.may == ANYONE:
            return await self.endpoint(request)
        if actor is None:
            if request.url.path.startswith("/api/"):
                raise NotAllowed("Sign in first.", "Send a session cookie or a token.", title="You need to sign in")
            if is_framed(request) and request.scope["frame_ancestors"]:
                raise FrameOver
            # Not inside the frame's address: its session is over, and would stand before the one that signing in opens.
            return RedirectResponse(_sign_in_path(request), 303)
        if self.may != SIGNED_IN and not actor.may(self.may):
            if actor.held_back(self.may):
                raise beyond_session(request)
            raise NotAllowed("This page is not for you.", actor.who_helps(self.may))
        return await self.endpoint(request)


def beyond_session(request: Request) -> NotAllowed:
    """Returns what to raise where the person may, and only their session does not: it says how to sign in for it."""
    if request.scope["actor"].weak:
        return SecondStepMissing(_sign_in_path(request, "/sign-in/second"))
    return DirectOnly(_sign_in_path(request))


def _sign_in_path(request: Request, where: str = "/sign-in") -> str:
    path, query = request.scope["path"].removeprefix(request.scope.get("root_path", "")), request.url.query
    wanted = (f"{path}?{query}" if query else path) if request.method == "GET" else "/"
    return f"{where}?to={quote(wanted, safe='/')}"
