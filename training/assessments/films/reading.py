"""What somebody sees of a film: whether they may watch it, who is on it, and which comments are for them by now."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.expressions import Q

from training.assessments.films.models import READY, Film, FilmComment, FilmConsent, FilmConsentLink, visible_to
from training.assessments.films.rules import ConsentRow, all_consented, kept_until, time_in_words
from training.assessments.models import LEFT, THIRD, Assessment, Rater
from training.assessments.models import visible_to as assessments_visible_to
from training.people.actor import Actor

Consents = Sequence[FilmConsent]
MAILED = Q(sent__isnull=False) | ~Q(address="") | ~Q(failed="")
"""Links that were mailed, wait to be, or could not be."""


async def consents_of(film_id: UUID) -> list[FilmConsent]:
    """Lists who is on a film, in the order in which they were added."""
    return await FilmConsent.filter(film_id=film_id).order_by("recorded", "id")


async def mailed_links(film_id: UUID) -> dict[UUID, list[FilmConsentLink]]:
    """Gives for each consent the links that were to be mailed, the last first."""
    found = FilmConsentLink.filter(MAILED, consent__film_id=film_id).order_by("-made")
    links: dict[UUID, list[FilmConsentLink]] = {}
    for one in await found:
        links.setdefault(one.consent_id, []).append(one)
    return links


def plain(rows: Consents) -> list[ConsentRow]:
    """Gives consents as the rules see them."""
    return [ConsentRow(row.until, row.given, row.withdrawn) for row in rows]


def is_cancelled(film: Film) -> bool:
    """Tells whether the assessment of a film, which must be fetched, was cancelled: so its purpose has ended."""
    return film.assessment is not None and film.assessment.state == "cancelled"


async def why_hidden(film: Film, rows: Consents, actor: Actor) -> str:
    """Says why the actor may not watch a film they know of, or "" where they may."""
    if film.state != READY:
        return "This film cannot be watched yet." if not film.removed else "This film is gone."
    await film.fetch_related("assessment")
    if is_cancelled(film):
        return "The assessment that this film was for was cancelled, or not signed in time. The film is deleted soon."
    if any(row.withdrawn for row in rows):
        return "Somebody on this film has withdrawn their consent. Nobody can watch it any more."
    if (until := kept_until(plain(rows))) and until < actor.today:
        return "The time has come until which everyone had consented."
    if film.uploaded_by_id != actor.person_id and not all_consented(film.stated, plain(rows)):
        return "This film waits until whoever sent it says that everyone on it has consented."
    if film.person_id == actor.person_id or await _judges(film, actor):
        return ""  # who sent it for somebody else watches as long as they assess
    return "You see who is on this film. Only those may watch it who see the assessment."


async def _judges(film: Film, actor: Actor) -> bool:
    if film.assessment_id:
        return await assessments_visible_to(actor).filter(id=film.assessment_id).exists()
    rates = Rater.filter(person_id=actor.person_id, state="rating", assessment__person_id=film.person_id)
    return actor.may("assess") and await rates.exists()


async def comments_for(film: Film, actor: Actor) -> list[dict[str, Any]]:
    """Lists the comments that the actor may see by now, by time.

    Their own; those of whoever leads in the film; those of raters, to raters and to whom they watched once everybody
    has handed in, and to others once it is signed. A third one who still rates sees none of the others'.
    """
    rows = await FilmComment.filter(film_id=film.id, taken_back__isnull=True).order_by("second", "made").select_related(
        "person"
    )  # fmt: skip
    all_seen = await _sees_all(film, actor)
    open_to = {actor.person_id, film.person_id}
    return [
        {
            "id": row.id, "at": time_in_words(row.second), "second": row.second, "words": row.words,
            "name": row.person.name, "own": row.person_id == actor.person_id,
        }
        for row in rows if all_seen or row.person_id in open_to
    ]  # fmt: skip


async def _sees_all(film: Film, actor: Actor) -> bool:
    row = await Assessment.get_or_none(id=film.assessment_id) if film.assessment_id else None
    if row is None:
        return False
    if row.state == "signed":
        return True
    rater = await Rater.filter(assessment_id=row.id, person_id=actor.person_id).exclude(state=LEFT).first()
    if rater:
        return rater.state != "rating" and (row.state != "open" or not row.blind)
    return film.person_id == actor.person_id and row.state not in ("open", THIRD)


async def films_beside(row: Assessment, actor: Actor) -> list[dict[str, Any]]:
    """Lists the films of an assessment for the pages that show it: those to watch with comments, and why others not."""
    found = visible_to(actor).filter(assessment_id=row.id).order_by("held", "begun")
    return [await shown(film, actor) for film in await found]


async def unused_films(row: Assessment, actor: Actor) -> list[Film]:
    """Lists the films of whoever is assessed that are for no assessment yet, and may be used for this one."""
    found = visible_to(actor).filter(person_id=row.person_id, assessment_id__isnull=True, state=READY)
    return [
        film for film in await found.order_by("-held") if not await why_hidden(film, await consents_of(film.id), actor)
    ]


async def shown(film: Film, actor: Actor) -> dict[str, Any]:
    """Gives what a player shows of a film: its address and captions, its comments, or why it is hidden."""
    hidden = await why_hidden(film, await consents_of(film.id), actor)
    return {
        "film": film, "path": f"/assessments/films/{film.id}", "hidden": hidden,
        "length": time_in_words(film.seconds or 0), "comments": await comments_for(film, actor),
    }  # fmt: skip
