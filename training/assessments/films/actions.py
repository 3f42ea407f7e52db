"""What is done with a film: used for an assessment, commented, consented to, withdrawn, taken back."""

import asyncio
import hashlib
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from itsdangerous import BadSignature, URLSafeSerializer
from tortoise.expressions import Q

from training.assessments.actions import own_rating
from training.assessments.films.models import (
    GONE,
    READY,
    REFUSED,
    UPLOADING,
    Film,
    FilmComment,
    FilmConsent,
    FilmConsentLink,
    visible_to,
)
from training.assessments.films.rules import LONGEST_DAYS, PARTS, PURPOSES, WAYS, second_of
from training.core import storage
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.core.languages import SPOKEN
from training.core.settings import Settings
from training.database.connection import transaction
from training.parsing.text import clean_line
from training.people.actor import Actor
from training.people.contact.actions import checked_address
from training.people.visibility import may_for
from training.trail import facts

LONGEST_COMMENT = 2000
MAIL_LINK = "mail film consent"
"""The work that mails a link by which somebody consents."""


def consent_links(settings: Settings) -> URLSafeSerializer:
    """Gives what signed the links that were given out before tokens of their own were kept; they go on working."""
    return URLSafeSerializer(settings.secret_key, salt="film consent")


async def film_for(actor: Actor, film_id: UUID) -> Film:
    """Finds a film that the actor may know of; raises NotFound."""
    found = visible_to(actor).select_related("person", "uploaded_by", "assessment__version")
    film = await found.get_or_none(id=film_id)
    if film is None:
        raise NotFound("There is no such film.", "Look at the list of films.")
    return film


async def cares_for(film: Film, actor: Actor) -> bool:
    """Tells whether the actor keeps the consents of a film: who sent it, who leads in it, who manages that person."""
    if actor.person_id in (film.uploaded_by_id, film.person_id):
        return True
    return await may_for(actor, "manage people", film.person_id)


async def _film_to_care_for(film_id: UUID, actor: Actor) -> Film:
    film = await film_for(actor, film_id)
    if not await cares_for(film, actor):
        raise NotAllowed("Whoever sent the film keeps its consents.", "Ask them, or their site coordinator.")
    if film.state in (GONE, REFUSED):
        raise Conflict("This film is gone.", "Look at your films.")
    return film


async def _note(kind: str, film: Film, *, actor: UUID | None, now: datetime, **more: Any) -> None:
    await facts.record(kind, film, actor=actor, person=film.person_id, unit=film.unit_id, now=now, **more)


async def use(film_id: UUID, assessment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Uses a film that is for no assessment yet for one in which the actor rates."""
    film = await film_for(actor, film_id)
    rater, _ = await own_rating(assessment_id, actor)
    if rater.state != "rating" or rater.assessment.person_id != film.person_id:
        raise NotAllowed("You do not rate this person in it.", "Open the film from the assessment that it is for.")
    async with transaction():
        if not await Film.filter(id=film.id, assessment_id__isnull=True).update(assessment_id=assessment_id):
            raise Conflict("This film is used for an assessment already.", "Look at it again.")
        await _note("film.used", film, actor=actor.person_id, now=now, detail={"assessment": str(assessment_id)})


async def add_consent(film_id: UUID, typed: dict[str, str], until: date | None, *, actor: Actor, now: datetime) -> None:
    """Records that somebody on a film has consented on paper, or asks them by a link."""
    film = await _film_to_care_for(film_id, actor)
    name, given_by = clean_line(typed.get("name", "")), clean_line(typed.get("given_by", ""))
    part, purpose, way = (typed.get(one, "") for one in ("part", "purpose", "way"))
    problems = {}
    if not name or len(name) > 120:
        problems["name"] = "Enter their name, or their initials"
    for field, chosen, among in (("part", part, PARTS), ("purpose", purpose, PURPOSES), ("way", way, WAYS)):
        if chosen not in among:
            problems[field] = "Choose one of these"
    if until is None or not actor.today < until <= actor.today + timedelta(days=LONGEST_DAYS):
        problems["until"] = "Enter the last day, at most three years from now, such as 27 3 2027"
    if part == "child" and not given_by:
        problems["given_by"] = "Say which parent or guardian consents for the child"
    elif len(given_by) > 120:
        problems["given_by"] = "Enter their name in at most 120 letters"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        row = await FilmConsent.create(
            id=uuid4(), film_id=film.id, name=name, part=part, purpose=purpose, until=until, way=way,
            given_by=given_by, given=now if way == "paper" else None, recorded=now,
            recorded_by_id=actor.person_id,
        )  # fmt: skip
        await _note("film_consent.recorded", film, actor=actor.person_id, now=now, rows=[row], detail={"way": way})


async def state_all(film_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Notes the word of whoever sent a film that everyone on it stands in its list and has consented."""
    film = await _film_to_care_for(film_id, actor)
    if film.uploaded_by_id != actor.person_id:
        raise NotAllowed("Whoever sent the film knows who is on it.", "Ask them.")
    rows = await FilmConsent.filter(film_id=film.id)
    if not rows:
        raise Invalid("There is a problem", problems={"stated": "First add everyone who can be seen or heard"})
    if waits := [row.name for row in rows if row.given is None or row.withdrawn]:
        raise Invalid("There is a problem", problems={"stated": f"Not everyone has consented: {', '.join(waits)}"})
    async with transaction():
        if await Film.filter(id=film.id, stated__isnull=True).update(stated=now):
            await _note("film.consents_stated", film, actor=actor.person_id, now=now, detail={"people": len(rows)})


async def withdraw(film_id: UUID, consent_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Withdraws a consent for somebody who said so; nobody may watch the film from then on."""
    film = await _film_to_care_for(film_id, actor)
    await _withdraw(await _consent(film, consent_id), film, by=actor.person_id, now=now)


async def renew(film_id: UUID, consent_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Records on paper that somebody consents who was asked, or who had withdrawn."""
    film = await _film_to_care_for(film_id, actor)
    row = await _consent(film, consent_id)
    if row.withdrawn and row.withdrawn_by_id is None:
        raise Conflict("They withdrew by their link.", "Only they can consent again, by the same link.")
    await _give(row, film, by=actor.person_id, now=now, way="paper")


async def _consent(film: Film, consent_id: UUID) -> FilmConsent:
    row = await FilmConsent.get_or_none(id=consent_id, film_id=film.id)
    if row is None:
        raise NotFound("There is no such consent.", "Look at the film again.")
    return row


async def make_link(film_id: UUID, consent_id: UUID, *, token: str, actor: Actor, now: datetime) -> FilmConsent:
    """Makes a link for a fresh random token of 256 bits, to show to somebody who is on a film."""
    film, row = await _to_ask(film_id, consent_id, actor)
    async with transaction():
        await _add_link(film, row, "shown", actor=actor, now=now, token_hash=token_hash(token))
    return row


async def mail_link(
    film_id: UUID, consent_id: UUID, *, address: str, language: str, actor: Actor, now: datetime
) -> None:
    """Has a link mailed to somebody who is on a film; the address is forgotten once the mail has gone."""
    film, row = await _to_ask(film_id, consent_id, actor)
    address = checked_address(address, "address")
    if language not in SPOKEN:
        raise Invalid("There is a problem", problems={"language": "Choose a language"})
    async with transaction():
        link = await _add_link(film, row, "mailed", actor=actor, now=now, address=address, language=language)
        await facts.schedule(MAIL_LINK, f"{MAIL_LINK}/{link.id}", due=now, subject_id=str(link.id))


async def _to_ask(film_id: UUID, consent_id: UUID, actor: Actor) -> tuple[Film, FilmConsent]:
    film = await _film_to_care_for(film_id, actor)
    if film.assessment and film.assessment.state == "cancelled":
        raise Conflict("The assessment that this film was for has ended.", "There is nothing to consent to any more.")
    return film, await _consent(film, consent_id)


async def _add_link(
    film: Film, row: FilmConsent, way: str, *, actor: Actor, now: datetime, **more: Any
) -> FilmConsentLink:
    link = await FilmConsentLink.create(id=uuid4(), consent_id=row.id, made=now, made_by_id=actor.person_id, **more)
    detail = {"consent": str(row.id), "way": way}
    await _note("film_consent.link_made", film, actor=actor.person_id, now=now, detail=detail)
    return link


def token_hash(token: str) -> str:
    """Hashes the token of a link as it is stored: another secret key leaves the link as it is."""
    return hashlib.sha256(token.encode()).hexdigest()


async def consent_by_link(token: str, *, settings: Settings) -> FilmConsent:
    """Finds the consent that a link is for; raises NotFound."""
    link = await FilmConsentLink.get_or_none(token_hash=token_hash(token))
    try:
        key = link.consent_id if link else UUID(str(consent_links(settings).loads(token)))
    except (BadSignature, ValueError) as error:
        raise NotFound("This link is not whole.", "Copy all of it, or ask for a new one.") from error
    row = await FilmConsent.get_or_none(id=key).select_related("film__person", "film__unit")
    if row is None:
        raise NotFound("There is no such consent any more.", "Ask whoever gave you the link.")
    return row


async def answer_by_link(row: FilmConsent, answer: str, *, now: datetime) -> None:
    """Gives or withdraws a consent, as whoever has the link says."""
    if answer == "withdraw":
        await _withdraw(row, row.film, by=None, now=now)
    elif answer == "give":
        await _give(row, row.film, by=None, now=now, way="link")
    else:
        raise Invalid("There is a problem", problems={"answer": "Choose an answer"})


async def _withdraw(row: FilmConsent, film: Film, *, by: UUID | None, now: datetime) -> None:
    async with transaction():
        change: dict[str, Any] = {"withdrawn": now, "withdrawn_by_id": by}
        if await FilmConsent.filter(id=row.id, withdrawn__isnull=True).update(**change):
            await _note("film_consent.withdrawn", film, actor=by, now=now, rows=[row])


async def _give(row: FilmConsent, film: Film, *, by: UUID | None, now: datetime, way: str) -> None:
    if film.state == GONE:
        raise Conflict("This film is deleted.", "There is nothing to consent to any more.")
    async with transaction():
        change: dict[str, Any] = {"given": now, "way": way, "withdrawn": None, "withdrawn_by_id": None}
        missing = Q(given__isnull=True) | Q(withdrawn__isnull=False)  # sent twice, it says when it was given first
        if await FilmConsent.filter(missing, id=row.id).update(**change):
            await _note("film_consent.given", film, actor=by, now=now, rows=[row])


async def comment(film: Film, at: str, words: str, *, actor: Actor, now: datetime) -> FilmComment:
    """Keeps what the actor says of a second of a film; whoever calls it has asked whether they may watch it."""
    second = second_of(at)
    problems = {}
    if second is None or second > (film.seconds or 0) + 1:
        problems["at"] = "Enter a time within the film, such as 4:05"
    if not words.strip() or len(words) > LONGEST_COMMENT:
        problems["words"] = f"Say what you saw there, in at most {LONGEST_COMMENT} letters"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    async with transaction():
        told: dict[str, Any] = {"film_id": film.id, "second": second, "words": words.strip()}
        if again := await FilmComment.filter(person_id=actor.person_id, taken_back__isnull=True, **told).first():
            return again  # sent twice
        made = await FilmComment.create(id=uuid4(), person_id=actor.person_id, **told, made=now)
        await _note("film.commented", film, actor=actor.person_id, now=now)
    return made


async def take_comment_back(film: Film, comment_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Takes back what the actor said of a film."""
    async with transaction():
        own = FilmComment.filter(id=comment_id, film_id=film.id, person_id=actor.person_id, taken_back__isnull=True)
        if not await own.update(taken_back=now):
            raise NotFound("There is no such comment of yours.", "Look at the film again.")
        await _note("film.comment_taken_back", film, actor=actor.person_id, now=now)


async def take_back(film_id: UUID, *, actor: Actor, now: datetime, settings: Settings) -> None:
    """Deletes a film for whoever sent it, who leads in it or who manages them; what was said of it stays."""
    film = await _film_to_care_for(film_id, actor)
    await remove(film, because="taken back", actor=actor.person_id, now=now, settings=settings)


async def remove(film: Film, *, because: str, actor: UUID | None, now: datetime, settings: Settings) -> None:
    """Deletes a film: the file first, so that what ends in between is done again; then that it is gone, with why."""
    await asyncio.to_thread(storage.remove, settings.storage, film.stored)
    async with transaction():
        change: dict[str, Any] = {
            "state": GONE, "removed": now, "removed_because": because, "captions": "", "secret": "", "file_name": "",
        }  # fmt: skip
        if await Film.filter(id=film.id).exclude(state=GONE).update(**change):
            await _note("film.removed", film, actor=actor, now=now, detail={"because": because})


async def caption(film_id: UUID, text: str, *, actor: Actor, now: datetime) -> None:
    """Puts captions to a film, in place of those it had."""
    film = await _film_to_care_for(film_id, actor)
    async with transaction():
        if not await Film.filter(id=film.id, state__in=[READY, UPLOADING, "checking"]).update(captions=text):
            raise Conflict("This film is gone.", "Look at your films.")
        await _note("film.captioned", film, actor=actor.person_id, now=now)
