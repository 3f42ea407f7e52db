"""Opens what the service needs from outside, and makes the worker that does follow-up work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from certificates.credentials.keys import KeyStore
from certificates.credentials.pdf.pool import PdfPool
from training.app.consequences import APART, EVERY, HANDLERS, Resources
from training.core import clock
from training.core.encryption import Encryptor
from training.core.outbound import Outbound
from training.core.settings import Settings
from training.core.storage import FileStore
from training.lti.platform.client import Platform
from training.trail.worker import Worker


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Opens the guarded HTTP client, the keys, the press and the store; closes them at the end."""
    press = PdfPool(settings.render_workers, enabled=settings.pdf)
    try:
        async with Outbound(settings.outbound_allowed) as outbound:
            yield Resources(
                settings=settings,
                now=clock.now,
                platform=Platform(outbound, secret_key=settings.secret_key),
                keys=KeyStore(Encryptor(settings.secret_key), home=settings.public_url),
                press=press,
                store=FileStore(settings.storage),
            )
    finally:
        await press.close()


def worker(things: Resources) -> Worker[Resources]:
    """Makes the worker of this process."""
    return Worker(HANDLERS, things, repeats=EVERY, apart=APART)
