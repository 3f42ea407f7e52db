"""How a route is declared: its address, its page, and what one must be able to do to open it."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from training.errors import NotAllowed, NotFound

Endpoint = Callable[[Request], Awaitable[Response]]
ANYONE = "anyone"
SIGNED_IN = "signed in"
NORMAL_BODY = 256 * 1024
"""Bytes that an ordinary form may have; routes that take files say more."""


class Door(Route):
    """A route that knows the ability it asks for."""

    may: str = ANYONE


def at(
    path: str, endpoint: Endpoint, *, may: str, methods: tuple[str, ...] = ("GET",), body: int | None = NORMAL_BODY
) -> Door:
    """Declares a route; `may` is ANYONE, SIGNED_IN or an ability of the roles table; no `body`: the page sees to it."""
    door = Door(path, _guarded(endpoint, may), methods=list(methods), max_body_size=body, name=endpoint.__qualname__)
    door.may = may
    return door


def _guarded(endpoint: Endpoint, may: str) -> Endpoint:
    async def guarded(request: Request) -> Response:
        if request.method == "HEAD":
            # Looks like a page and must change as little: what a page does with its own form, HEAD may not set off.
            request = Request({**request.scope, "method": "GET"}, request.receive)
        asked = request.scope["query_string"] if may != ANYONE else b""  # whoever lets anyone in looks for themselves
        if "\0" in request.scope["path"] or b"%00" in asked:
            raise NotFound("There is no such page.", "Check the address.")  # PostgreSQL takes no such text
        actor = request.scope.get("actor")
        if may == ANYONE:
            return await endpoint(request)
        if actor is None:
            return _ask_to_sign_in(request)
        if may != SIGNED_IN and not actor.may(may):
            raise NotAllowed("This page is not for you.", "If you need it for your work, ask your site coordinator.")
        return await endpoint(request)

    return guarded


def _ask_to_sign_in(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        raise NotAllowed("Sign in first.", "Send a session cookie or a token.")
    path, query = request.scope["path"].removeprefix(request.scope.get("root_path", "")), request.url.query
    wanted = (f"{path}?{query}" if query else path) if request.method == "GET" else "/"
    # Not inside the frame's address: its session is over, and would stand before the one that signing in opens.
    return RedirectResponse(f"/sign-in?to={quote(wanted, safe='/')}", 303)
