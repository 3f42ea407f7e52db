"""A pass to the files of one package at the content origin; it stands in their address and names no person."""

from collections.abc import Iterable
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from training.core.errors import NotFound
from training.core.settings import Settings

HOLDS_SECONDS = 8 * 3600
"""A working day: a lesson that is open longer has to be opened again."""


@dataclass(frozen=True)
class ContentPass:
    """Which package of the storage may be read, how it speaks, and which origins may show it in a frame."""

    stored: str
    version: str
    framers: tuple[str, ...]


def seal(content: ContentPass, settings: Settings) -> str:
    """Makes the piece of an address that opens the files of a package for a while."""
    return str(_signer(settings).dumps([content.stored, content.version, *content.framers]))


def opened(token: str, settings: Settings) -> ContentPass:
    """Reads a pass; raises NotFound where it is not ours, or over."""
    try:
        stored, version, *framers = _signer(settings).loads(token, max_age=HOLDS_SECONDS)
    except BadSignature as error:
        raise NotFound("This lesson was opened too long ago.", "Leave it and open it again.") from error
    return ContentPass(stored, version, tuple(framers))


def framers_of(settings: Settings, session: Iterable[str]) -> tuple[str, ...]:
    """Lists who may show a lesson: our own pages, and the LMS that shows those."""
    return (settings.public_url, *sorted(session))


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt="scorm content")
