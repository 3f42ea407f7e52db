"""What the content origin answers with: the frame that a lesson finds its run time in, and the files of its package.

Nothing here asks who is there: no cookie of ours reaches this origin, and the pass in the address is all there is.
"""

import asyncio
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from courses.learning.scorm.passes import KEPT_SECONDS, ContentPass, opened
from courses.packages.scorm.archive import file_in, type_of_name
from training.core import clock
from training.core.errors import NotFound
from training.web.render import render
from training.web.resources import PageResources

SANDBOX = "allow-scripts allow-same-origin allow-forms"
"""What a lesson may do. The origin that it is the same as is that of lessons, where nothing of ours is."""


def _policy(content: ContentPass, sources: str) -> dict[str, str]:
    framers = " ".join(("'self'", *content.framers))
    return {
        "Content-Security-Policy": f"{sources}; object-src 'none'; form-action 'self'; "
        f"frame-ancestors {framers}; sandbox {SANDBOX}",
        "Cache-Control": f"private, max-age={KEPT_SECONDS}",
        "Referrer-Policy": "no-referrer",
    }


async def frame(request: Request) -> Response:
    """Shows the empty frame with the run time in it; the player tells it what to open."""
    settings = PageResources.of(request).settings
    content = opened(request.path_params["token"], settings, now=clock.now())
    page = render(request, "scorm/frame.html", player=settings.public_url, version=content.version)
    sources = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; base-uri 'none'"
    page.headers.update(_policy(content, sources))
    return page


async def file(request: Request) -> Response:
    """Sends a file of the package, which may reach nothing beyond its own origin."""
    settings = PageResources.of(request).settings
    content = opened(request.path_params["token"], settings, now=clock.now())
    name = request.path_params["path"]
    found = await asyncio.to_thread(file_in, settings.storage, content.stored, name)
    if found is None:
        raise NotFound("There is no such file in this lesson.", "Go on, or tell whoever made it.")
    # Without a charset: pages of lessons say theirs themselves.
    headers = _policy(content, "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'")
    headers["Content-Type"] = type_of_name(name)
    return FileResponse(found, headers=headers) if isinstance(found, Path) else Response(found, headers=headers)
