"""Pages for the machines that watch the service: alive, ready, and its figures."""

from datetime import timedelta
from hmac import compare_digest
from ipaddress import ip_address

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import DBConnectionError, OperationalError

from training import clock, figures
from training.database.migrating import is_migrated
from training.errors import NotAllowed
from training.readiness import lacks

log = structlog.get_logger()
COUNT_AGAIN = timedelta(minutes=1)


def _may_watch(request: Request) -> bool:
    """Tells whether the figures are for whoever asks: by the token that was set, else from a private network.

    Every address that a proxy has noted must be private: behind one that is not trusted, anybody seems to be near.
    """
    if token := request.app.state.settings.metrics_token:
        return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    noted = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    return all(
        _is_near(one) for one in (request.client.host if request.client else "", *filter(None, map(str.strip, noted)))
    )


def _is_near(host: str) -> bool:
    """Tells whether an address is of this machine or of a private network."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == ""  # a socket of this machine has no address
    # An IPv4 address that came over an IPv6 socket is judged as what it is: Python counts all of those as private.
    return (getattr(address, "ipv4_mapped", None) or address).is_private


async def live(request: Request) -> Response:
    """Answers as long as the process does."""
    return PlainTextResponse("alive")


async def ready(request: Request) -> Response:
    """Tells whether the database answers and has all its tables, keys can be opened and files be kept."""
    state = request.app.state
    try:
        if not await is_migrated():
            return JSONResponse({"ready": False, "database": "is not migrated"}, 503)
        lacking = await lacks(state.settings, keys=state.keys, keyring=state.tool.platform.keyring, now=clock.now())
    except (DBConnectionError, OperationalError):
        return JSONResponse({"ready": False, "database": "does not answer"}, 503)
    if lacking:
        return JSONResponse({"ready": False, **lacking}, 503)
    return JSONResponse({"ready": True, "database": "answers and is migrated"})


async def metrics(request: Request) -> Response:
    """Gives the figures in the format of Prometheus; those of the records are counted once a minute at most."""
    if not _may_watch(request):
        raise NotAllowed(
            "These figures are for the machines that watch the service.",
            "Ask from its own network, or send the token of TRAINING_METRICS_TOKEN as a bearer token.",
        )
    state, now = request.app.state, clock.now()
    if now - state.counted >= COUNT_AGAIN:
        state.counted = now  # before counting: nobody else begins meanwhile
        try:
            await figures.count(now)
        except (DBConnectionError, OperationalError) as error:
            log.warning("figures", error=type(error).__name__)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
