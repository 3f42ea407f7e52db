"""How often one may try: counted for each process, by who asks and what for."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from training.errors import NotAllowed

_counter = MovingWindowRateLimiter(MemoryStorage())


class TooMany(NotAllowed):
    """Somebody tries too often."""


def allow(what: str, *who: str, limit: str) -> None:
    """Counts one try of each of `who`; raises TooMany past the limit, which is written like "5/minute"."""
    item = parse(limit)
    for one in who:
        if not _counter.hit(item, what, one):
            raise TooMany("That was tried too often.", "Wait a minute, then try again.")


def forget() -> None:
    """Starts counting anew; for tests, which are one caller trying often."""
    _counter.storage.reset()
