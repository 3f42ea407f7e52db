"""Writes the public page of a programme: saved, published, taken down, put back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from certificates.commissioning.models import (
    DRAFT,
    ON_SHOW,
    PublicPage,
    latest_pages,
    pages_for,
    seen_of,
    slot_of,
)
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.sites.models import Programme
from training.trail import facts

LOOK = "Look at the page again."


@dataclass(frozen=True)
class PublicWords:
    """What a unit says of a programme: what it is, how well it is known to work, what it costs, how to take it up."""

    description: str
    adoption: str
    ask: str
    evidence: str = ""
    evidence_link: str = ""
    cost: str = ""
    cost_source: str = ""


async def programme_of(programme_id: UUID, actor: Actor) -> Programme:
    """Finds a programme of the actor's unit."""
    found = await Programme.get_or_none(id=programme_id, unit_id=actor.unit_id)
    if found is None:
        raise NotFound("There is no such programme.", "Look at the list of programmes.")
    return found


async def save(programme_id: UUID, words: PublicWords, *, actor: Actor, now: datetime) -> PublicPage:
    """Keeps what is written of a programme as the draft of its page; what is on show stays as it is."""
    programme = await programme_of(programme_id, actor)
    problems = {}
    if words.evidence_link and not words.evidence_link.startswith("https://"):
        problems["evidence_link"] = "Enter an address that begins with https://"
    elif words.evidence and not words.evidence_link:
        problems["evidence_link"] = "Enter the address where anybody can read the rating"
    if words.cost and not words.cost_source:
        problems["cost_source"] = "Say where the cost comes from, such as a price list or a report"
    if problems:
        raise Invalid("There is a problem", problems=problems)
    slot, said = slot_of(DRAFT, programme.id), vars(words) | {"saved": now, "saved_by_id": actor.person_id}
    try:
        async with transaction():
            if await PublicPage.filter(slot=slot).update(**said):
                page = await PublicPage.get(slot=slot)
            else:
                page = await PublicPage.create(id=uuid4(), programme_id=programme.id, slot=slot, **said)
            await facts.record("public_page.saved", page, actor=actor.person_id, unit=actor.unit_id, now=now)
    except IntegrityError as error:
        raise Conflict("Somebody else saved this page at the same moment.", LOOK) from error
    return page


async def publish(programme_id: UUID, *, seen: str, actor: Actor, now: datetime) -> None:
    """Shows the draft to everybody, in place of what was on show; `seen` is the draft as it was looked at."""
    programme = await programme_of(programme_id, actor)
    draft, last = await latest_pages(programme.id)
    if draft is None or seen_of(draft) != seen:
        raise Conflict("The page was changed or published since you looked.", LOOK)
    shown, rows = {"slot": slot_of(ON_SHOW, programme.id), "published": now, "published_by_id": actor.person_id}, []
    try:
        async with transaction():
            if last and last.state == ON_SHOW:
                down = {"slot": None, "taken_down": now, "taken_down_by_id": actor.person_id}
                await PublicPage.filter(id=last.id, slot=last.slot).update(**down)
                rows = [await PublicPage.get(id=last.id)]
            if not await PublicPage.filter(id=draft.id, slot=draft.slot, saved=draft.saved).update(**shown):
                raise Conflict("The page was changed or published since you looked.", LOOK)
            page = await PublicPage.get(id=draft.id)
            await facts.record(
                "public_page.published", page, actor=actor.person_id, unit=actor.unit_id, now=now, rows=rows,
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("Somebody else published this page at the same moment.", LOOK) from error


async def take_down(programme_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Takes the page off show; what it says stays, to be put back."""
    programme = await programme_of(programme_id, actor)
    standing = await pages_for(actor).get_or_none(slot=slot_of(ON_SHOW, programme.id))
    down = {"slot": None, "taken_down": now, "taken_down_by_id": actor.person_id}
    async with transaction():
        if standing is None or not await PublicPage.filter(id=standing.id, slot=standing.slot).update(**down):
            raise Conflict("The page is not on show any more.", LOOK)
        page = await PublicPage.get(id=standing.id)
        await facts.record("public_page.taken_down", page, actor=actor.person_id, unit=actor.unit_id, now=now)


async def put_back(programme_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Shows again what was taken down last."""
    programme = await programme_of(programme_id, actor)
    _, last = await latest_pages(programme.id)
    if last is None or last.state == ON_SHOW:
        raise Conflict("There is nothing to put back.", LOOK)
    up = {"slot": slot_of(ON_SHOW, programme.id), "taken_down": None, "taken_down_by_id": None}
    try:
        async with transaction():
            if not await PublicPage.filter(id=last.id, slot__isnull=True).update(**up):
                raise Conflict("The page is on show already.", LOOK)
            page = await PublicPage.get(id=last.id)
            await facts.record("public_page.put_back", page, actor=actor.person_id, unit=actor.unit_id, now=now)
    except IntegrityError as error:
        raise Conflict("The page is on show already.", LOOK) from error
