"""Looks up who is asking, once for each request, from the cookie or from the frame's own token."""

from datetime import datetime
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from training.core import clock
from training.core.origins import origin_of
from training.people.actor import LtiContext
from training.people.sessions import ABSOLUTE, KEPT, actor_of, lms_of_ended, people_behind
from training.web.cookies import set_cookie
from training.web.frames import agent_hash
from training.web.middleware import CONTENT
from training.web.resources import PageResources

OPEN = ("/assets/", "/health/", "/.well-known/", "/metrics", CONTENT)
"""Addresses that never ask who is there."""


class AuthenticationMiddleware:
    """Puts the signed-in person into the request as `actor`, or None."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with `actor` and `session_token` set, and with `frame_ancestors` of their LMS."""
        if scope["type"] == "http":
            token = None if scope["path"].startswith(OPEN) else scope.get("frame_token") or cookie_token(scope)
            asked = not PageResources.of(scope).settings.demo
            actor = await actor_of(token, now=clock.now(), second_step=asked) if token else None
            lti = actor.lti if actor else await lms_of_ended(token) if token else None
            if lti and lti.agent and scope.get("frame_token") and lti.agent != agent_hash(scope):
                token = actor = lti = None
            scope["session_token"], scope["actor"] = token, actor
            scope["frame_ancestors"] = _framers(lti) if lti else frozenset()
        await self.app(scope, receive, send)


def _framers(lti: LtiContext) -> frozenset[str]:
    """Lists who may show the pages of a session in a frame: the LMS that it came from, and no other."""
    return frozenset(lti.frame_ancestors.split() or filter(None, [origin_of(lti.issuer)]))


def cookie_token(scope: Scope) -> str | None:
    """Reads the session token from the cookies of a request."""
    brought = Headers(scope=scope).get("cookie", "")
    secure = PageResources.of(scope).settings.secure
    return cookie_parser(brought).get(cookie_name(secure)) if brought else None


def cookie_name(secure: bool) -> str:
    """Names the session cookie; with https the browser itself holds it to this host."""
    return "__Host-session" if secure else "session"


def set_session_cookie(response: Response, token: str, *, secure: bool, now: datetime) -> Response:
    """Gives the browser its session cookie; inside an LMS's frame it lives in that frame's own jar."""
    set_cookie(response, cookie_name(secure), token, max_age=int(ABSOLUTE.total_seconds()), secure=secure)
    return response


def clear_session_cookie(response: Response, ended: str | None, *, secure: bool) -> Response:
    """Makes the browser forget its session cookie, and keep who was last here: the token of the session that ended."""
    set_cookie(response, cookie_name(secure), "", max_age=0, secure=secure)
    if ended:
        set_cookie(response, last_cookie_name(secure), ended, max_age=int(KEPT.total_seconds()), secure=secure)
    return response


def last_cookie_name(secure: bool) -> str:
    """Names the cookie of the session that was last ended in this browser. It opens nothing."""
    return "__Host-last-session" if secure else "last-session"


async def people_here(scope: Scope) -> frozenset[UUID]:
    """Names who is signed in in this browser, and who was last."""
    brought = cookie_parser(Headers(scope=scope).get("cookie", ""))
    last = brought.get(last_cookie_name(PageResources.of(scope).settings.secure))
    return await people_behind(token for token in (scope.get("session_token"), last) if token)
