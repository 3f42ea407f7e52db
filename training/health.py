"""Pages for the machines that watch the service: alive, ready, and its figures."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from tortoise.exceptions import DBConnectionError, OperationalError

from training.database.migrating import is_migrated


async def live(request: Request) -> Response:
    """Answers as long as the process does."""
    return PlainTextResponse("alive")


async def ready(request: Request) -> Response:
    """Tells whether the database answers and has all its tables."""
    try:
        migrated = await is_migrated()
    except (DBConnectionError, OperationalError):
        return JSONResponse({"ready": False, "database": "does not answer"}, 503)
    if not migrated:
        return JSONResponse({"ready": False, "database": "is not migrated"}, 503)
    return JSONResponse({"ready": True, "database": "answers and is migrated"})


async def metrics(request: Request) -> Response:
    """Gives the figures in the format of Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
