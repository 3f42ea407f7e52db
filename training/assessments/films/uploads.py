"""How a film arrives: begun with its size, written in parts that may break off anywhere, whole, looked at."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.queryset import QuerySet

from training.assessments.actions import own_rating
from training.assessments.films.actions import remove
from training.assessments.films.contents import FOLDER, file_of, purpose_of
from training.assessments.films.large_files import CHUNK, new_key, refuse_without_room
from training.assessments.films.models import CHECKING, GONE, UPLOADING, Film
from training.assessments.films.reading import is_cancelled
from training.assessments.films.rules import MOST_UNFINISHED, UNFINISHED_DAYS, fault_of_size
from training.assessments.models import Assessment
from training.core import storage
from training.core.dates import local_day
from training.core.encryption import Encryptor
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.core.settings import Settings
from training.core.storage import DiskFull
from training.database.connection import transaction
from training.people.actor import Actor
from training.trail import facts

ENDED = "This film is not being sent any more."


@dataclass(frozen=True)
class NewFilm:
    """What is said of a film before it is sent; without an assessment it is one of the actor’s own group."""

    file_name: str
    size: int
    held: date
    assessment: UUID | None = None


def own_assessments(actor: Actor) -> QuerySet[Assessment]:
    """Lists the open assessments of the actor that are made by film."""
    return Assessment.filter(person_id=actor.person_id, state="open", medium="video").order_by("-observed", "id")


async def begin(sent: NewFilm, *, actor: Actor, now: datetime, settings: Settings) -> Film:
    """Begins a film; nothing of it is there yet. Raises Invalid, and Upstream where the disk has no room for it."""
    problems = {"file": wrong} if (wrong := fault_of_size(sent.size)) else {}
    if not local_day(now, actor.zone) - timedelta(days=3650) <= sent.held <= local_day(now, actor.zone):
        problems["held"] = "Enter the day on which you filmed, such as 27 3 2026"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    person = await _filmed(sent.assessment, actor)
    unfinished = Film.filter(uploaded_by_id=actor.person_id, state=UPLOADING)
    if await unfinished.count() >= MOST_UNFINISHED:
        raise Conflict(
            f"You have begun to send {MOST_UNFINISHED} films that are not finished.",
            "Go on with one of them, or take it back, on the page of your films.",
        )
    await asyncio.to_thread(storage.probe, settings.storage)
    await asyncio.to_thread(refuse_without_room, settings.storage, sent.size)
    film = Film(
        id=uuid4(), unit_id=actor.unit_id, person_id=person, assessment_id=sent.assessment, held=sent.held,
        uploaded_by_id=actor.person_id, file_name=sent.file_name.replace("\\", "/").rpartition("/")[2][-200:],
        size=sent.size, stored=f"{FOLDER}/{secrets.token_urlsafe(24)}", begun=now, touched=now,
    )  # fmt: skip
    film.secret = Encryptor(settings.secret_key).encrypt_text(new_key(), purpose=purpose_of(film))
    async with transaction():
        await film.save(force_create=True)
        await facts.record(
            "film.begun", film, actor=actor.person_id, person=person, unit=film.unit_id, now=now,
            detail={"bytes": film.size},
        )  # fmt: skip
    return film


async def _filmed(assessment_id: UUID | None, actor: Actor) -> UUID:
    """Finds who leads on the film: the actor, or whom they rate in the assessment that it is for."""
    if assessment_id is None:
        if not actor.may("learn"):
            raise NotAllowed("You do not lead a group here.", "Send the film from the assessment that it is for.")
        return actor.person_id
    if await own_assessments(actor).filter(id=assessment_id).exists():
        return actor.person_id
    rater, _ = await own_rating(assessment_id, actor)
    if rater.assessment.state != "open":
        raise Conflict("Everybody has handed in what they saw.", "A film cannot be added any more.")
    return UUID(str(rater.assessment.person_id))


async def own_upload(film_id: UUID, actor: Actor) -> Film:
    """Finds a film that the actor sends; raises NotFound, also once it has arrived or its time is over."""
    own = Film.filter(id=film_id, uploaded_by_id=actor.person_id, unit_id=actor.unit_id)
    film = await own.select_related("assessment").first()
    if film is None or film.state not in (UPLOADING, CHECKING) or is_cancelled(film):
        raise NotFound(ENDED, "Look at your films, and begin again.")
    return film


async def received(film: Film, settings: Settings) -> int:
    """Tells how many bytes of a film have arrived."""
    if film.state != UPLOADING:
        return int(film.size)
    file = file_of(film, settings.storage, Encryptor(settings.secret_key))
    return await asyncio.to_thread(file.received)


async def write_part(film: Film, part: bytes, *, at: int, actor: Actor, now: datetime, settings: Settings) -> int:
    """Writes a part of a film as far as it fills chunks; tells how much has arrived then.

    Where the disk is full, nothing of the film is kept: raises DiskFull.
    """
    file = file_of(film, settings.storage, Encryptor(settings.secret_key))
    try:
        await asyncio.to_thread(refuse_without_room, settings.storage, len(part))  # others send films meanwhile
        return await asyncio.to_thread(file.append, part, at=at)
    except DiskFull as full:
        await remove(film, because="no room", actor=actor.person_id, now=now, settings=settings)
        raise DiskFull(
            "The disk of this service is full, so nothing of this film was kept.",
            "Send it again later. If it stays so, tell whoever runs the service.",
        ) from full


async def arrived(film: Film, there: int, *, now: datetime, settings: Settings) -> None:
    """Notes that a part has arrived, for good; whole, the film is looked into."""
    await asyncio.to_thread(file_of(film, settings.storage, Encryptor(settings.secret_key)).settle)
    if not await Film.filter(id=film.id, state=UPLOADING).update(touched=now):
        if await Film.exists(id=film.id, state=GONE):  # deleted before its first part was on the disk
            await asyncio.to_thread(storage.remove, settings.storage, film.stored)
        raise Conflict(ENDED, "Look at your films.")
    if there == film.size:
        await finish(film, now=now)


async def finish(film: Film, *, now: datetime) -> None:
    """Notes that a film has arrived whole; what looks into it follows."""
    async with transaction():
        whole: dict[str, Any] = {"state": CHECKING, "received": now, "touched": now}
        if await Film.filter(id=film.id, state=UPLOADING).update(**whole):
            await facts.record(
                "film.received", film, actor=film.uploaded_by_id, person=film.person_id, unit=film.unit_id, now=now
            )


def expires(film: Film) -> datetime:
    """Returns when what has arrived of a film is deleted, if no more comes."""
    return film.touched + timedelta(days=UNFINISHED_DAYS)


SMALLEST_PART = CHUNK
"""Bytes that a part must have at least, unless it is the last one: less is not kept."""
