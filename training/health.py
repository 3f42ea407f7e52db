"""Pages for the machines that watch the service: alive, ready, and its figures."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from training.database.opening import connection


async def live(request: Request) -> Response:
    """Answers as long as the process does."""
    return PlainTextResponse("alive")


async def ready(request: Request) -> Response:
    """Tells whether the database answers and has all its tables."""
    try:
        await connection().execute_query("SELECT 1 FROM trail_fact LIMIT 1")
    except Exception as error:
        return JSONResponse({"ready": False, "database": type(error).__name__}, 503)
    return JSONResponse({"ready": True, "database": "answers and is migrated"})


async def metrics(request: Request) -> Response:
    """Gives the figures in the format of Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
