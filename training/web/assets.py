"""The shipped style, script and fonts, under addresses that change when they do."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from training.errors import NotFound

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "assets"


@cache
def asset(path: str) -> str:
    """Gives the address of a shipped file, with a piece of its hash."""
    digest = hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:12]
    return f"/assets/{digest}/{path}"


async def shipped(request: Request) -> Response:
    """Serves a shipped file, to be kept by the browser for a year."""
    path = (FOLDER / request.path_params["path"]).resolve()
    if not path.is_relative_to(FOLDER) or not path.is_file():
        raise NotFound("There is no such file.", "Load the page again.")
    return FileResponse(path, headers={"Cache-Control": "public, max-age=31536000, immutable"})
