"""Pages for the machines that watch the service: alive, ready, and its figures."""

from datetime import timedelta

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import DBConnectionError, OperationalError

from training import clock, figures
from training.database.migrating import is_migrated
from training.readiness import lacks

log = structlog.get_logger()
COUNT_AGAIN = timedelta(minutes=1)


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
    state, now = request.app.state, clock.now()
    if now - state.counted >= COUNT_AGAIN:
        state.counted = now  # before counting: nobody else begins meanwhile
        try:
            await figures.count(now)
        except (DBConnectionError, OperationalError) as error:
            log.warning("figures", error=type(error).__name__)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
