"""Turns what went wrong into a status and a page in plain words; the only place that knows status codes."""

import traceback
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError, ValidationError

from training.core.errors import AppError, Conflict, Invalid, NotAllowed, NotFound, Upstream
from training.web.rate_limits import TooMany
from training.web.render import redirect, render
from training.web.resources import PageResources
from training.web.routing import DirectOnly, FrameOver, SecondStepMissing, Unauthenticated

log = structlog.get_logger()
NOTHING: Mapping[str, str] = MappingProxyType({})

STATUS: dict[type[AppError], int] = {
    TooMany: 429,
    FrameOver: 401,
    Unauthenticated: 401,
    NotFound: 404,
    NotAllowed: 403,
    Invalid: 422,
    Conflict: 409,
    Upstream: 503,
}
TITLES = {
    401: "You need to sign in",
    403: "This is not for you",
    404: "Page not found",
    405: "This cannot be done here",
    409: "Something changed in the meantime",
    413: "That is too large",
    422: "There is a problem",
    429: "Too many tries",
    500: "Sorry, there is a fault",
    503: "Sorry, this does not work just now",
}


async def app_error(request: Request, error: Exception) -> Response:
    """Answers one of our own five errors."""
    assert isinstance(error, AppError)
    if isinstance(error, SecondStepMissing) and not request.scope["path"].startswith("/api/"):
        return redirect(request, error.path)
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    direct = error.sign_in_path if isinstance(error, DirectOnly) else ""
    retry_after = getattr(error, "retry_after", None)
    problems = error.problems if isinstance(error, Invalid) else {}
    words = (error.message, error.remedy)
    told: dict[str, Any] = {"title": error.title, "sign_in_path": direct, "problems": problems}
    return http_error(request, status, *words, retry_after=retry_after, **told)


async def refused(request: Request, error: Exception) -> Response:
    """Answers what the web framework refuses: unknown addresses, wrong methods, bodies too large."""
    assert isinstance(error, HTTPException)
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    if error.status_code == 404 and request.method in ("GET", "HEAD") and path.endswith("/") and path.strip("/"):
        return redirect(request, "/" + path.strip("/"))  # some LMSs, and people, put a slash behind
    words = {
        404: ("There is no such page.", "Check the address, or start again from the home page."),
        405: ("This address does not take that kind of request.", "Go back and use the buttons of the page."),
        413: ("What was sent is too large.", "Send a smaller file or a shorter text."),
    }
    again = "" if path.startswith("/api/") else "Go back and try again."
    message, remedy = words.get(error.status_code, (str(error.detail), again))
    response = http_error(request, error.status_code, message, remedy)
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """Lists what an address takes by all its routes: Starlette tells of the first one alone."""
    here = [one for one in request.app.routes if isinstance(one, Route) and one.matches(request.scope)[0] != Match.NONE]
    return sorted({method for one in here for method in one.methods or ()})


async def unreachable(request: Request, error: Exception) -> Response:
    """Answers when the database does not: nothing was changed, and it mends itself when the database is back."""
    known = {"error": type(error).__name__, "reference": _reference(request)}
    log.warning("database", exc_info=None if isinstance(error, DBConnectionError) else error, **known)
    return http_error(
        request, 503, "We cannot reach our records just now.", "Nothing was changed. Try again in a minute."
    )


async def unfitting(request: Request, error: Exception) -> Response:
    """Answers what no column can hold: asked for, it does not exist; typed, it has to be shorter."""
    if request.method in ("GET", "HEAD"):
        return http_error(
            request, 404, "There is no such page.", "Check the address, or start again from the home page."
        )
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    # Where it should have been bounded, and neither the trace nor the text: junk from outside is no fault of ours.
    log.warning("unfitting", at=f"{ours[-1].filename}:{ours[-1].lineno}", reference=_reference(request))
    return http_error(request, 422, "Something here is longer than we can keep.", "Go back, shorten it and try again.")


async def disk_error(request: Request, error: Exception) -> Response:
    """Answers when the machine does not let us read or write: it mends itself when the disk is back or has room."""
    log.error("disk", exc_info=error, reference=_reference(request))
    return http_error(request, 503, "We cannot reach our files just now.", "Try again in a few minutes.")


async def server_error(request: Request, error: Exception) -> Response:
    """Answers a mistake of ours; the log has the rest under the reference number."""
    log.error("fault", exc_info=error, reference=_reference(request))
    return http_error(request, 500, "We could not do this.", "Nothing was changed. Try again in a few minutes.")


def http_error(
    request: Request,
    status: int,
    message: str,
    remedy: str,
    *,
    retry_after: float | None = None,
    title: str = "",
    sign_in_path: str = "",
    problems: Mapping[str, str] = NOTHING,
) -> Response:
    """Shows the page of troubles, or problem details (RFC 9457) to a program, with the fields at fault."""
    title = title or TITLES.get(status, "There is a problem")
    reference = _reference(request)
    response: Response
    if request.scope["path"].startswith("/api/"):
        problem = {"type": "about:blank", "title": title, "status": status, "detail": f"{message} {remedy}".strip()}
        at_fault = [{"field": name, "detail": words} for name, words in problems.items()]
        problem |= {"errors": at_fault} if at_fault else {}
        response = JSONResponse(problem | {"reference": reference}, status, media_type="application/problem+json")
    else:
        said = {"title": title, "message": message, "remedy": remedy, "reference": reference}
        # At the top level: a frame would go on in the session that came through the LMS.
        said["sign_in_path"] = PageResources.of(request).settings.public_url + sign_in_path if sign_in_path else ""
        came_from = _page_sent_from(request) if status in (409, 422, 503) else ""
        way_on = ("Look at the page again", came_from) if came_from else None
        response = render(request, "web/problem.html", status, next=way_on, **said)
    if retry_after is not None:
        response.headers["Retry-After"] = str(int(retry_after) + 1)
    return response


def _page_sent_from(request: Request) -> str:
    """Gives the address of ours from which a form was sent, without the notice that it showed; "" for none."""
    if request.method != "POST":
        return ""
    came_from = urlsplit(request.headers.get("referer", ""))
    if came_from.netloc != request.url.netloc or not came_from.path.startswith("/") or came_from.path.startswith("//"):
        return ""
    asked = urlencode([pair for pair in parse_qsl(came_from.query) if pair[0] != "notice"])
    return came_from.path.removeprefix(request.scope.get("root_path", "")) + (f"?{asked}" if asked else "")


def _reference(request: Request) -> str:
    return str(request.scope.get("request_id", ""))


HANDLERS = {
    AppError: app_error,
    HTTPException: refused,
    DBConnectionError: unreachable,
    OperationalError: unreachable,
    ValidationError: unfitting,
    OSError: disk_error,
    IntegrityError: server_error,  # what the tables refuse, and nobody has foreseen
    Exception: server_error,
}
"""What may come out of a page → who answers it."""
