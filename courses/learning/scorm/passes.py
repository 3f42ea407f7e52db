"""A pass to the files of one package at the content origin; it stands in their address and names no person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from training.core.errors import NotFound
from training.core.settings import Settings

STEP, STEPS = timedelta(hours=4), 3
"""A pass holds for two to three steps, and is the same within one: opened again, a lesson is on the phone already."""
KEPT_SECONDS = int((STEP * STEPS).total_seconds())
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ContentPass:
    """Which package of the storage may be read, how it speaks, and which origins may show it in a frame."""

    stored: str
    version: str
    framers: tuple[str, ...]


def seal(content: ContentPass, settings: Settings, *, now: datetime) -> str:
    """Makes the piece of an address that opens the files of a package for a while."""
    last = (now - _BEGIN) // STEP + STEPS
    return str(_signer(settings).dumps([last, content.stored, content.version, *content.framers]))


def opened(token: str, settings: Settings, *, now: datetime) -> ContentPass:
    """Reads a pass; raises NotFound where it is not ours, or over."""
    try:
        last, stored, version, *framers = _signer(settings).loads(token)
    except BadSignature as error:
        raise NotFound("There is no such lesson.", "Leave it and open it again.") from error
    if (now - _BEGIN) // STEP >= last:
        raise NotFound("This lesson was opened too long ago.", "Leave it and open it again.")
    return ContentPass(stored, version, tuple(framers))


def framers_of(settings: Settings, session: Iterable[str]) -> tuple[str, ...]:
    """Lists who may show a lesson: our own pages, and the LMS that shows those."""
    return (settings.public_url, *sorted(session))


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="scorm content")
