"""The mails about a film: it can be watched, was not taken, or may not be watched any more."""

from datetime import datetime
from uuid import UUID

from training.assessments.emails import queue_news
from training.assessments.films.models import READY, REFUSED, Film
from training.assessments.films.reading import consents_of, is_cancelled, plain
from training.assessments.films.rules import all_consented
from training.assessments.models import Rater
from training.core.mail_templates import Mail
from training.people.contact.emails import PersonEmail
from training.trail import facts
from training.trail.models import Fact

TELL, MAIL = "tell of a film", "mail film"
NEWS = {
    **dict.fromkeys(("film.checked", "film.used", "film.consents_stated", "film_consent.given"), "ready"),
    "film_consent.withdrawn": "withdrawn",
}
"""Kind of fact → what may be new."""


async def tell(fact_id: int, *, now: datetime) -> None:
    """Queues the mails: to those who must rate, and to whoever sent a film that was not taken or is withdrawn."""
    fact = await Fact.get(id=fact_id)
    film = await Film.get(id=UUID(fact.subject_id))
    raters: list[UUID | None] = list(await _raters(film))
    if fact.kind == "film_consent.withdrawn":
        await queue_news(MAIL, fact, {film.uploaded_by_id, *raters} - {fact.actor_id}, "withdrawn", now=now)
    elif film.state == REFUSED:
        await queue_news(MAIL, fact, [film.uploaded_by_id], "refused", now=now)
    elif await _can_be_watched(film):
        for one in raters:  # once, whichever came last of what it takes
            key, payload = f"{MAIL}/{film.id}/{film.assessment_id}/{one}", {"to": str(one), "news": "ready"}
            await facts.schedule(MAIL, key, due=now, payload=payload, subject_id=str(film.id))


async def _raters(film: Film) -> list[UUID]:
    if film.assessment_id is None:
        return []
    rating = Rater.filter(assessment_id=film.assessment_id, state="rating")
    return [row.person_id for row in await rating.order_by("id")]


async def _can_be_watched(film: Film) -> bool:
    await film.fetch_related("assessment")
    if is_cancelled(film):
        return False
    return film.state == READY and all_consented(film.stated, plain(await consents_of(film.id)))


async def of_news(film_id: UUID, to: str, news: str) -> PersonEmail | None:
    """Writes what is new of a film; None where it is not so any more."""
    film = await Film.get(id=film_id).select_related("person")
    ready, reader = await _can_be_watched(film), UUID(to)
    if (news == "ready") != ready or (news == "ready" and reader not in await _raters(film)):
        return None
    values = {"news": news, "name": film.person.name, "held": film.held, "why": film.problem}
    rates = news == "ready" and film.assessment_id
    path = f"/assessments/{film.assessment_id}/rate" if rates else f"/assessments/films/{film.id}"
    return PersonEmail(reader, Mail("assessments/film", values, path))
