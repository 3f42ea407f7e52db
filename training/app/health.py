"""Pages for the machines that watch the service: alive, ready, and its figures."""

import asyncio
from datetime import datetime
from hmac import compare_digest
from ipaddress import ip_address

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import DBConnectionError, OperationalError

from certificates.credentials.keys import KeyStore
from certificates.credentials.models import Artefact
from training.app.resources import Resources
from training.core import clock, storage
from training.core.errors import Invalid, NotAllowed, Upstream
from training.core.settings import Settings
from training.database.migrate import is_migrated
from training.lti.platform.tool_keys import ToolKeys

log = structlog.get_logger()


def _may_watch(request: Request) -> bool:
    """Tells whether the figures are for whoever asks: by the token that was set, else from a private network.

    Every address that a proxy has noted must be private: behind one that is not trusted, anybody seems to be near.
    """
    if token := Resources.of(request).settings.metrics_token:
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
    given = Resources.of(request)
    try:
        if not await is_migrated():
            return JSONResponse({"ready": False, "database": "is not migrated"}, 503)
        lacking = await lacks(given.settings, keys=given.keys, keyring=given.platform.keyring, now=clock.now())
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
    try:
        await Resources.of(request).figures.refresh(clock.now())
    except (DBConnectionError, OperationalError) as error:
        log.warning("figures", error=type(error).__name__)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def check_start(settings: Settings, *, now: datetime) -> None:
    """Raises Invalid where there is no use in starting; what may come right meanwhile is left to `lacks`."""
    if not await is_migrated():
        raise Invalid(
            "The database is not up to date.", "Run: training migrate; a new service begins with training setup"
        )
    folder = settings.storage
    try:
        if storage.is_fresh(folder) and await Artefact.exists():
            raise Invalid(
                f"TRAINING_STORAGE_URL: {folder} is empty, and the records name files in it.",
                "Mount the disk, or name the right folder.",
            )
        await asyncio.to_thread(storage.prepare, folder)
        await asyncio.to_thread(storage.sweep, folder, now=now)
    except (Upstream, OSError) as error:
        raise Invalid(f"TRAINING_STORAGE_URL: {error}", "Give this user the right to write there.") from error


async def lacks(settings: Settings, *, keys: KeyStore, keyring: ToolKeys, now: datetime) -> dict[str, str]:
    """Says of what is missing why it is; empty when all is there. Asks a database that answers and is migrated."""
    found: dict[str, str] = {}
    for name, look in (("keys", keys.check()), ("lti_keys", keyring.check(now)), ("files", _files(settings))):
        try:
            await look
        except Upstream as trouble:
            found[name] = trouble.message
    return found


async def _files(settings: Settings) -> None:
    await asyncio.to_thread(storage.probe, settings.storage)
