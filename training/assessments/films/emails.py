"""The mails about a film: it can be watched, was not taken, or may not be watched any more."""

from datetime import datetime
from uuid import UUID, uuid4

from training.assessments.emails import queue_news
from training.assessments.films.actions import MAIL_LINK, token_hash
from training.assessments.films.models import GONE, READY, REFUSED, Film, FilmConsentLink
from training.assessments.films.reading import consents_of, is_cancelled, plain
from training.assessments.films.rules import PURPOSES, all_consented
from training.assessments.models import Rater
from training.core import mail
from training.core.mail_templates import Mail, Reader, write
from training.core.settings import Settings
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


async def mail_link(link_id: UUID, *, token: str, settings: Settings, now: datetime) -> None:
    """Mails a link to somebody who is on a film, once, and forgets where to; raises Upstream to be tried again.

    `token` is random, of 256 bits, and told to the mail alone. What the server refuses is kept as `failed`.
    """
    link = await FilmConsentLink.get(id=link_id).select_related("consent__film__person", "consent__film__unit")
    row, film = link.consent, link.consent.film
    if link.token_hash:  # tried before: that mail may have gone all the same, and its link has to open too
        tried = FilmConsentLink(id=uuid4(), consent_id=row.id, made=link.made, made_by_id=link.made_by_id)
        tried.token_hash, link.token_hash = link.token_hash, None
        await link.save(update_fields=["token_hash"])
        await tried.save(force_create=True)
    unsent = FilmConsentLink.filter(id=link_id, sent__isnull=True).exclude(address="")
    if film.state == GONE or not await unsent.update(token_hash=token_hash(token)):
        await unsent.update(address="", failed="There was nothing to ask any more.")
        return
    values = {"leads": film.person.name, "held": film.held, "who": row.name, "purpose": PURPOSES[row.purpose],
              "until": row.until, "child": row.part == "child"}  # fmt: skip
    reader = Reader("", link.language, film.unit.name, film.unit.contact, film.unit.zone)
    path = f"/films/consent/{token}"
    letter = write(Mail("assessments/film_consent", values, path), reader, home=settings.public_url)
    key = f"{MAIL_LINK}/{link_id}"
    try:
        await mail.send(settings, to=link.address, mail=letter, key=key, sender=film.unit.name)
    except mail.Undeliverable as error:
        await unsent.update(address="", failed=error.message[:300])
        return
    await unsent.update(address="", sent=now)


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
