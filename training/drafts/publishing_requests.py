"""Asking that a draft is published, and the answer; who may publish it, where a unit asks for a second person."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from training.core.errors import Conflict, Invalid, NotAllowed
from training.database.connection import transaction
from training.drafts.models import DraftChange, MaterialDraft, PublishingRequest, publishing_requests_visible_to
from training.drafts.rules import ASIDE, LONGEST_NOTE, NUMBERED, why_not_publish
from training.drafts.writers import names_of
from training.people.actor import Actor
from training.people.contact.addresses import alike_to
from training.people.models import Membership, Person
from training.people.visibility import able_on
from training.sites.models import CentralUnit
from training.trail import facts

PUBLISHES = "load material"


@dataclass(frozen=True)
class PublishingState:
    """Why the reader may not publish a draft, or ""; what was asked of it last, if anything, and who asked."""

    why_not: str
    request: PublishingRequest | None
    asked_by: str
    answered_by: str


async def two_publish(unit_id: UUID) -> bool:
    """Tells whether nobody of a unit publishes what they wrote."""
    return (await CentralUnit.get(id=unit_id).only("id", "second_publisher")).second_publisher


async def barred_from(draft: MaterialDraft) -> frozenset[UUID]:
    """Lists who may not publish a draft as they wrote in it, under any of their records; nobody where none is asked."""
    if not await two_publish(draft.unit_id):
        return frozenset()
    changes = DraftChange.filter(draft_id=draft.id).exclude(what__in=[ASIDE, NUMBERED])
    wrote = {UUID(str(one)) for one in await changes.distinct().values_list("by_id", flat=True)}
    wrote |= {draft.begun_by_id} if draft.own_files else set()
    alike = [one for person in await Person.filter(id__in=list(wrote)) for one in await alike_to(person)]
    return frozenset(wrote.union(alike))


async def why_may_not(draft: MaterialDraft, actor: Actor) -> str:
    """Says why somebody may not publish a draft, or ""."""
    may = actor.everywhere(PUBLISHES)
    return why_not_publish(may=may, wrote=may and actor.person_id in await barred_from(draft))


async def refuse_publisher(draft: MaterialDraft, actor: Actor) -> None:
    """Refuses whoever may not publish a draft, with the reason."""
    if why := await why_may_not(draft, actor):
        raise NotAllowed(why, "Ask for publishing, on the page of the draft.")


async def publishers_of(draft: MaterialDraft, today: date) -> list[UUID]:
    """Lists who may publish a draft today."""
    held = Membership.filter(able_on(today, PUBLISHES), site_id__isnull=True, person__unit_id=draft.unit_id)
    held = held.filter(person__merged_into_id__isnull=True, person__test_user=False)
    may = {UUID(str(one)) for one in await held.values_list("person_id", flat=True)}
    return sorted(may - await barred_from(draft))


async def state_of(draft: MaterialDraft, actor: Actor) -> PublishingState:
    """Tells how it stands with the publication of a draft, for whoever looks at it."""
    last = await publishing_requests_visible_to(actor).filter(draft_id=draft.id).order_by("-asked").first()
    ids = (last.asked_by_id, last.answered_by_id) if last else (None, None)
    names = await names_of(ids)
    asked, answered = (names.get(one, "") for one in ids)
    return PublishingState(await why_may_not(draft, actor), last, asked, answered)


async def ask(draft: MaterialDraft, note: str, *, seen: int, actor: Actor, now: datetime) -> None:
    """Asks that a draft is published as it was seen, by its revision; refused where somebody asked already."""
    if len(note) > LONGEST_NOTE:
        raise Invalid("There is a problem", problems={"note": f"Write at most {LONGEST_NOTE} letters"})
    row = PublishingRequest(
        id=uuid4(), draft_id=draft.id, slot=str(draft.id), revision=seen, note=note, asked=now,
        asked_by_id=actor.person_id,
    )  # fmt: skip
    try:
        async with transaction():
            # Written over with what it is, so that a change at the same moment comes before it or after it.
            if not await MaterialDraft.filter(id=draft.id, state="open", revision=seen).update(state="open"):
                raise Conflict("Somebody has changed this draft since you looked at it.", "Look at it again, then ask.")
            await row.save(force_create=True)
            await _record("draft.publishing_asked", draft, actor=actor, now=now)
    except IntegrityError as error:
        raise Conflict("Somebody has asked already.", "Whoever publishes has been told.") from error


async def send_back(draft: MaterialDraft, reasons: str, *, actor: Actor, now: datetime) -> None:
    """Gives a draft back to whoever asked, with the reasons; refused for those who may not publish it."""
    await refuse_publisher(draft, actor)
    if not 0 < len(reasons) <= LONGEST_NOTE:
        words = f"Write at most {LONGEST_NOTE} letters" if reasons else "Say what is to be changed"
        raise Invalid("There is a problem", problems={"reasons": words})
    async with transaction():
        if not await _answer(draft, "sent back", actor=actor, now=now, answer=reasons):
            raise Conflict("Nobody asks for that any more.", "Look at the draft again.")
        await _record("draft.sent_back", draft, actor=actor, now=now)


async def take_back(draft: MaterialDraft, *, actor: Actor, now: datetime) -> None:
    """Withdraws what was asked, by whoever asked or anybody else who writes there."""
    async with transaction():
        if not await withdraw(draft, "taken back", actor=actor, now=now):
            raise Conflict("Nobody asks for that any more.", "Look at the draft again.")


async def withdraw(draft: MaterialDraft, because: str, *, actor: Actor, now: datetime) -> bool:
    """Withdraws what was asked, in the caller's transaction; tells whether anything was."""
    asked = await _answer(draft, "withdrawn", actor=actor, now=now)
    if asked:
        await _record("draft.question_withdrawn", draft, actor=actor, now=now, because=because)
    return asked


async def note_published(draft: MaterialDraft, *, actor: Actor, now: datetime) -> None:
    """Ends what was asked as it was published, in the caller's transaction, which writes the fact."""
    await _answer(draft, "published", actor=actor, now=now)


async def _answer(draft: MaterialDraft, state: str, *, actor: Actor, now: datetime, answer: str = "") -> bool:
    ends = {"state": state, "slot": None, "answer": answer, "answered": now, "answered_by_id": actor.person_id}
    return bool(await PublishingRequest.filter(draft_id=draft.id, state="waiting").update(**ends))


async def _record(kind: str, draft: MaterialDraft, *, actor: Actor, now: datetime, **detail: str) -> None:
    told = {"kind": draft.kind, "name": draft.name} | detail
    await facts.record(kind, draft, actor=actor.person_id, unit=draft.unit_id, now=now, detail=told)
