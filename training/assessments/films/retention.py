"""Deletes the films whose time is over, and what is left of those that never arrived; each is noted."""

from datetime import datetime, timedelta

from training.assessments.films.actions import remove
from training.assessments.films.models import CHECKING, READY, UPLOADING, Film, FilmConsentLink
from training.assessments.films.reading import consents_of, is_cancelled, plain
from training.assessments.films.rules import ADDRESS_DAYS, why_remove
from training.assessments.films.uploads import finish, received
from training.core.dates import local_day
from training.core.errors import Upstream
from training.core.settings import Settings

FORGET = "forget films"


async def forget_films(*, settings: Settings, now: datetime) -> int:
    """Deletes each film that may not be kept any longer, and tells how many; one that is whole goes on to its check.

    Raises Upstream at the end, where one could not be deleted.
    """
    gone, trouble = 0, None
    unsent = FilmConsentLink.filter(made__lt=now - timedelta(days=ADDRESS_DAYS)).exclude(address="")
    await unsent.update(address="", failed="The mail server was away for a week.")
    for film in (
        await Film.filter(state__in=[UPLOADING, CHECKING, READY]).order_by("begun").select_related("unit", "assessment")
    ):
        try:
            gone += await _forget(film, settings=settings, now=now)
        except Upstream as error:  # the others must go on their day whatever is wrong with this one
            trouble = error
    if trouble:
        raise trouble
    return gone


async def _forget(film: Film, *, settings: Settings, now: datetime) -> bool:
    if film.state == UPLOADING and film.size == await received(film, settings):
        await finish(film, now=now)  # the service ended between the last part and the note of it
        return False
    because = why_remove(
        film.state, cancelled=is_cancelled(film), touched=film.touched, stated=film.stated,
        consents=plain(await consents_of(film.id)), now=now, today=local_day(now, film.unit.zone),
    )  # fmt: skip
    if because:
        await remove(film, because=because, actor=None, now=now, settings=settings)
    return bool(because)
