"""Opens what the service needs from outside, once, for its pages and for its follow-up work."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from certificates.credentials.keys import KeyStore
from certificates.credentials.pdf.pool import PdfPool
from certificates.verification.resources import CheckResources
from courses.cohorts.resources import CohortResources
from training.app.learning_names import learning_names
from training.app.lti import content, progress, reviews, rosters
from training.app.metrics import Figures
from training.core import clock
from training.core.encryption import Encryptor
from training.core.outbound import Outbound
from training.core.settings import Settings
from training.core.storage import FileStore
from training.lti.launch import windows
from training.lti.platform.client import Platform
from training.lti.platform.tool import Tool
from training.lti.resources import LtiResources
from training.people.navigation import menu


@dataclass(frozen=True, kw_only=True)
class Resources(LtiResources, CohortResources, CheckResources):
    """All that any room asks for: settings, the clock, the keys, and the ways out of the house."""

    now: Callable[[], datetime]
    figures: Figures = field(default_factory=Figures)


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Opens the guarded HTTP client, the keys, the press and the store; closes them at the end."""
    press = PdfPool(settings.render_workers, enabled=settings.pdf)
    try:
        async with Outbound(settings.outbound_allowed) as outbound:
            platform = Platform(outbound, secret_key=settings.secret_key)
            yield Resources(
                settings=settings,
                now=clock.now,
                menu=menu,
                window_for=windows.window_for,
                tool=Tool(platform, origin=settings.public_url, secret_key=settings.secret_key),
                offers=content.offers,
                attempts=reviews.attempts,
                progress=progress.progress,
                learning_names=learning_names,
                rosters=rosters.CourseRosters(platform),
                keys=KeyStore(Encryptor(settings.secret_key), home=settings.public_url),
                press=press,
                store=FileStore(settings.storage),
            )
    finally:
        await press.close()
