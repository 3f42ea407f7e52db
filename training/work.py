"""Opens what follow-up work needs from outside, and makes the worker that does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from training import clock
from training.consequences import EVERY, HANDLERS, Outside
from training.lti.platform import Platform
from training.outbound import Outbound
from training.settings import Settings
from training.worker import Worker


@asynccontextmanager
async def outside(settings: Settings) -> AsyncIterator[Outside]:
    """Opens the ways out of the house: the guarded HTTP client; closes them at the end."""
    async with Outbound(settings.outbound_allowed) as outbound:
        platform = Platform(outbound, secret_key=settings.secret_key)
        yield Outside(settings=settings, now=clock.now, platform=platform)


def worker(things: Outside) -> Worker[Outside]:
    """Makes the worker of this process."""
    return Worker(HANDLERS, things, repeats=EVERY)
