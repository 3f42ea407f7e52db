"""The shipped style, script and fonts, under addresses that change when they do."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from training.core.errors import NotFound

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "assets"
TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def asset(path: str) -> str:
    """Gives the address of a shipped file, with a piece of its hash."""
    digest = hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/assets/{digest}/{path}"


async def shipped(request: Request) -> Response:
    """Serves a shipped file, to be kept by the browser for a year; text goes compressed to those who take it."""
    path = _files().get(request.path_params["path"])
    if path is None:
        raise NotFound("There is no such file.", "Load the page again.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if path.suffix in TEXT and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(_compressed(path), headers=headers | {"Content-Encoding": "gzip"}, media_type=TEXT[path.suffix])
    return FileResponse(path, headers=headers)


async def service_worker(request: Request) -> Response:
    """Serves the service worker at the root, for it may answer only for what lies below its own address.

    Browsers ask for it anew by themselves: https://www.w3.org/TR/service-workers/#service-worker-script-request
    """
    return FileResponse(FOLDER / "service-worker.js", media_type=TEXT[".js"], headers={"Cache-Control": "no-cache"})


@cache
def _files() -> dict[str, Path]:
    """Every shipped file by its address: what is asked for is looked up and never opened."""
    return {path.relative_to(FOLDER).as_posix(): path for path in FOLDER.rglob("*") if path.is_file()}


@cache
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)
