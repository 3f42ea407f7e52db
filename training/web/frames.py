"""Pages in an LMS's frame: who may show one, and the prefix `/~token` that is a session for frames without cookies."""

import hashlib
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MARK = "/~"


class FramePrefixMiddleware:
    """Takes the prefix off the address, so that routes do not know of it, and keeps the token beside it.

    An address can be copied to anywhere, so the token counts in frames only: where a browser says that it opens a
    window (Fetch Metadata, 2.1), it is led to the same page without the token, and is whoever that window's own cookie
    says. That the browser is the one that the token was given to is for the keeper of sessions to see.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with `root_path` and `frame_token` set when the address has a prefix."""
        if scope["type"] == "http" and scope["path"].startswith(MARK):
            token, _, rest = scope["path"][len(MARK) :].partition("/")
            if Headers(scope=scope).get("sec-fetch-dest") == "document":
                path = f"/{rest.lstrip('/')}" if scope["method"] in ("GET", "HEAD") else "/"
                query = scope["query_string"].decode("latin-1")
                outside = f"{path}?{query}" if query and path != "/" else path
                return await RedirectResponse(outside, 303)(scope, receive, send)
            scope["root_path"], scope["frame_token"] = MARK + token, token
        await self.app(scope, receive, send)


def is_framed(request: Request) -> bool:
    """Tells whether a page is shown in a frame."""
    return bool(request.scope.get("root_path")) or request.headers.get("sec-fetch-dest") == "iframe"


def let_frame(request: Request, origins: Iterable[str]) -> None:
    """Lets pages of these origins show the answer in a frame (CSP frame-ancestors); nobody else but us may."""
    request.scope["frame_ancestors"] = frozenset(filter(None, origins))


def show_frame(request: Request, origin: str) -> None:
    """Lets the answer show pages of another origin in a frame (CSP frame-src), which no page does otherwise."""
    request.scope["frames_shown"] = origin


def agent_hash(scope: Scope) -> str:
    """Hashes what a browser calls itself, to tell whether a frame's token is used by the browser that it was given to.

    It is weak, and all there is: a frame that keeps no cookie brings nothing that its address does not hold. It stops
    an address that was copied, bookmarked or logged from opening elsewhere; not somebody who forges each header.
    """
    return hashlib.sha256(Headers(scope=scope).get("user-agent", "").encode()).hexdigest()[:16]
