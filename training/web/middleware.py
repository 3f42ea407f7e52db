"""What stands around every request: an id in the log, headers, and the guard against forged forms."""

import secrets
import time
from functools import cache
from urllib.parse import urlsplit

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from training.core.errors import NotAllowed

log = structlog.get_logger()
requests_total = Counter(
    "training_requests_total", "Requests by route, method and status", ["route", "method", "status"]
)
request_seconds = Histogram("training_request_seconds", "Seconds a request took, by route", ["route"])
# Prometheus takes a lock and looks at every label anew, for each request.
_counter, _clock = cache(requests_total.labels), cache(request_seconds.labels)
ID_BYTES, NONCE_BYTES = 6, 16

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
METHODS = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
FROM_ELSEWHERE = ("/lti/login", "/lti/launch", "/lti/notices", "/api/token")
"""Addresses that other sites post to; each has its own proof (signed state, signed token, signed assertion)."""
FOR_PROGRAMS = "/api/v1/"
"""What lies under it takes changes by a token alone: the cookie of a browser counts for none."""


ALWAYS = (
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"permissions-policy", b"geolocation=(), microphone=(), payment=()"),
    (b"cache-control", b"no-store"),
)
"""Headers that each answer gets unless its page has set them, as bytes: this is done for everything we send."""
OVER_HTTPS = ((b"strict-transport-security", b"max-age=31536000"),)


class RequestLogMiddleware:
    """Gives each request an id, writes one line to the log when it ends, and counts it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and notes how it went; addresses are logged as patterns, so tokens never are."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        drawn = secrets.token_hex(ID_BYTES + NONCE_BYTES)  # at once: each drawing asks the system
        scope["request_id"], scope["nonce"] = drawn[: 2 * ID_BYTES], drawn[2 * ID_BYTES :]
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", scope["request_id"].encode()))
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=scope["request_id"])  # each request is a task of its own
        try:
            await self.app(scope, receive, noting)
        finally:
            seconds, route = time.perf_counter() - started, getattr(scope.get("route"), "path", "unknown")
            method = scope["method"] if scope["method"] in METHODS else "other"  # anybody may make one up
            _counter(route, method, str(status)).inc()
            _clock(route).observe(seconds)
            took = round(seconds * 1000, 1)
            log.info("request", method=scope["method"], route=route, status=status, milliseconds=took)


class SecurityHeadersMiddleware:
    """Adds the security headers; a page may be framed by us, and by whom its session or its own page names."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.always = ALWAYS + (OVER_HTTPS if secure else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sets on the answer every header that the page has not set itself."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def sealing(message: Message) -> None:
            if message["type"] == "http.response.start":
                framers = " ".join(["'self'", *sorted(scope.get("frame_ancestors", ()))])
                policy = (
                    f"default-src 'self'; script-src 'self' 'nonce-{scope['nonce']}'; img-src 'self' data:; "
                    f"object-src 'none'; base-uri 'none'; frame-ancestors {framers}"
                )
                if shown := scope.get("frames_shown"):
                    policy += f"; frame-src 'self' {shown}"
                headers = ((b"content-security-policy", policy.encode()), *self.always)
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [pair for pair in headers if pair[0] not in there]
            await send(message)

        await self.app(scope, receive, sealing)


CONTENT = "/scorm/"
"""Under it lie the files of lessons made by others, at the content origin and nowhere else."""
ALSO_WITH_CONTENT = (CONTENT, "/assets/", "/health/")


class ContentOriginMiddleware:
    """Keeps the scripts of others and our own pages on hosts of their own, so that neither reaches into the other."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self.app, self.host = app, urlsplit(origin).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers at the content host with lessons and what they need, and everywhere else with all the rest."""
        if scope["type"] == "http":
            here = bool(self.host) and Headers(scope=scope).get("host", "").lower() == self.host
            path = scope["path"].removeprefix(scope.get("root_path", ""))  # a frame's own prefix stands before it
            fits = path.startswith(ALSO_WITH_CONTENT) if here else not path.startswith(CONTENT)
            if not fits:
                return await Response("There is no such page here.\n", 404, media_type="text/plain")(
                    scope, receive, send
                )
        await self.app(scope, receive, send)


class CsrfMiddleware:
    """Refuses a change that another site made the browser ask for."""

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self.app, self.origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets unsafe methods through only from our own pages."""
        if scope["type"] == "http" and not self._ours(scope):
            raise NotAllowed(
                "This was sent from another site, so nothing was done.", "Open the page here and try again."
            )
        await self.app(scope, receive, send)

    def _ours(self, scope: Scope) -> bool:
        if scope["method"] in SAFE or scope["path"] in FROM_ELSEWHERE or scope["path"].startswith(FOR_PROGRAMS):
            return True
        headers = Headers(scope=scope)
        site = headers.get("sec-fetch-site")
        return site == "same-origin" if site is not None else headers.get("origin") == self.origin
