"""Opens what the service needs from outside, and makes the worker that does follow-up work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from certificates.document import Press
from certificates.keys import KeyStore
from certificates.safe import Safe
from certificates.shelf import Shelf
from training import clock
from training.consequences import APART, EVERY, HANDLERS, Outside
from training.lti.platform import Platform
from training.outbound import Outbound
from training.settings import Settings
from training.worker import Worker


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Opens the guarded HTTP client, the keys, the press and the shelf; closes them at the end."""
    press = Press(settings.render_workers, enabled=settings.pdf)
    try:
        async with Outbound(settings.outbound_allowed) as outbound:
            yield Outside(
                settings=settings,
                now=clock.now,
                platform=Platform(outbound, secret_key=settings.secret_key),
                keys=KeyStore(Safe.of(settings.secret_key), home=settings.public_url),
                press=press,
                shelf=Shelf(settings.storage),
            )
    finally:
        await press.close()


def worker(things: Outside) -> Worker[Outside]:
    """Makes the worker of this process."""
    return Worker(HANDLERS, things, repeats=EVERY, apart=APART)
