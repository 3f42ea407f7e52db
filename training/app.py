"""The roof: every address of the service as a table of contents, and what stands around each request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from training import consequences, facts, health, home
from training.errors import Trouble
from training.people import pages as people
from training.people import sign_in
from training.people.door_keeper import SignedIn
from training.people.ways import menu
from training.settings import Settings
from training.sites.models import CentralUnit
from training.web import assets, troubles
from training.web.doors import ANYONE, at
from training.web.frames import FramePrefix
from training.web.security import OwnForms, Sealed, Watched

BOTH = ("GET", "POST")

ROUTES = [
    at("/", home.home, may=ANYONE),
    at("/sign-in", sign_in.sign_in, may=ANYONE, methods=BOTH),
    at("/sign-in/{token}", sign_in.follow_link, may=ANYONE, methods=BOTH),
    at("/sign-out", sign_in.sign_out, may=ANYONE, methods=("POST",)),
    at("/people/choose", sign_in.choose, may=ANYONE, methods=BOTH),
    at("/people", people.people, may="see people"),
    at("/people/{id}", people.person, may="see people"),
    at("/people/{id}/memberships", people.membership, may="manage people", methods=("POST",)),
    at("/assets/{hash}/{path:path}", assets.shipped, may=ANYONE),
    at("/health/live", health.live, may=ANYONE),
    at("/health/ready", health.ready, may=ANYONE),
    at("/metrics", health.metrics, may=ANYONE),
]


def build(settings: Settings) -> Starlette:
    """Builds the service; the database is opened by whoever runs it."""
    facts.follow(consequences.AFTER)
    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(FramePrefix),
            Middleware(Watched),
            Middleware(Sealed, secure=settings.secure, frame_origins=lambda: app.state.frame_origins),
            Middleware(OwnForms, origin=settings.public_url),
            Middleware(SignedIn),
        ],
        exception_handlers={Trouble: troubles.trouble, HTTPException: troubles.refused, Exception: troubles.fault},
        lifespan=_lifespan,
    )
    app.state.settings, app.state.menu = settings, menu
    app.state.frame_origins, app.state.brand, app.state.contact = frozenset[str](), "", ""
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    unit = await CentralUnit.all().order_by("slug").first()
    if unit:
        app.state.brand, app.state.contact = unit.name, unit.contact
    yield
