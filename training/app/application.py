"""The service as one application: what stands around each request, and what is open while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from tortoise.exceptions import DBConnectionError, OperationalError

from certificates.merging import pages as merging
from training.app.consequences import worker
from training.app.declared import declare
from training.app.resources import open_resources
from training.app.routes import ROUTES
from training.core.errors import NotFound
from training.core.settings import Settings
from training.people.authentication.middleware import AuthenticationMiddleware
from training.sites.models import CentralUnit
from training.web import error_pages
from training.web.frames import FramePrefixMiddleware
from training.web.middleware import (
    ContentOriginMiddleware,
    CsrfMiddleware,
    RequestLogMiddleware,
    SecurityHeadersMiddleware,
)  # fmt: skip
from training.web.resources import KnownUnits

log = structlog.get_logger()
UNITS_AGAIN = 30
"""Seconds after which the units are read again: another process may add one."""


def build(settings: Settings, *, works: bool = False) -> Starlette:
    """Builds the service; whoever runs it opens the database. With `works` it does the follow-up work itself."""
    declare()
    app: Starlette = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(FramePrefixMiddleware),
            Middleware(RequestLogMiddleware),
            Middleware(SecurityHeadersMiddleware, secure=settings.secure),
            Middleware(ContentOriginMiddleware, origin=settings.content_origin),
            # Of what stands around the pages, and faults.
            Middleware(ExceptionMiddleware, handlers=error_pages.HANDLERS),
            Middleware(CsrfMiddleware, origin=settings.public_url),
            Middleware(AuthenticationMiddleware),
        ],
        exception_handlers={**error_pages.HANDLERS, NotFound: merging.follow_shut},
        lifespan=partial(_lifespan, settings=settings, works=works),
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request names
    return app


@asynccontextmanager
async def _lifespan(app: Starlette, *, settings: Settings, works: bool) -> AsyncIterator[None]:
    async with open_resources(settings) as resources:
        resources.units.only = await _only_unit()
        app.state.resources = resources
        tasks = [asyncio.create_task(_read_now_and_then(resources.units))]
        if works:
            tasks.append(asyncio.create_task(worker(resources).work_forever()))
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_now_and_then(units: KnownUnits) -> None:
    while True:
        try:
            units.only = await _only_unit()
        except (DBConnectionError, OperationalError) as error:
            log.warning("units", error=type(error).__name__)  # the one known before stays, until the database is back
        await asyncio.sleep(UNITS_AGAIN)


async def _only_unit() -> CentralUnit | None:
    units = await CentralUnit.all().limit(2)
    return units[0] if len(units) == 1 else None
