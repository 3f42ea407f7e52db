"""Suspends, restores and withdraws certifications, and reminds that they run out: one of many."""

from datetime import date
from uuid import UUID

from certificates.bulk.kinds import BulkRequest, NothingToDo, Target
from certificates.decisions import emails, jobs
from certificates.evaluations import changes
from certificates.evaluations.models import Certification, StateChange, any_certification_visible_to
from certificates.evaluations.standing import WORDS
from training.core.dates import day
from training.core.errors import Conflict, NotFound
from training.trail import facts

LOOK = "Look at it on its own page"
SOON = max(jobs.DAYS_BEFORE)


async def suspend(asked: BulkRequest, target: Target) -> StateChange:
    """Suspends a certification."""
    return await _change(asked, target.id, "suspended")


async def restore(asked: BulkRequest, target: Target) -> StateChange:
    """Ends the suspension of a certification."""
    return await _change(asked, target.id, "restored")


async def withdraw(asked: BulkRequest, target: Target) -> StateChange:
    """Withdraws a certification."""
    return await _change(asked, target.id, "withdrawn")


async def _change(asked: BulkRequest, certification_id: UUID, state: str) -> StateChange:
    found = await _visible(asked, certification_id)
    standing = await _standing(found, asked.actor.today)
    if standing == state or (state == "restored" and standing != "suspended"):
        raise NothingToDo(f"It is {WORDS.get(standing, standing).lower()}")
    values = asked.values
    until = date.fromisoformat(values["until"]) if values.get("until") else None
    wanted = changes.RequestedChange(state, values["reason"], asked.day("effective"), until, values.get("grounds", ""))
    return await changes.change(certification_id, wanted, actor=asked.actor, now=asked.now)


async def put_back(asked: BulkRequest, change_id: UUID) -> None:
    """Lets a certification stand from today on as it stood before: restored, and suspended where it was suspended."""
    made = await StateChange.get(id=change_id)
    last = await StateChange.filter(certification_id=made.certification_id).order_by("-turn").first()
    if last is None or last.id != made.id:
        raise Conflict("This has been changed since, so it stays as it is", LOOK)
    wanted = await changes.undoing(made, asked.why_undone, on=asked.actor.today)
    if not wanted:
        raise Conflict("What it was before is over by now, so it stays as it is", LOOK)
    for one in wanted:
        await changes.change(made.certification_id, one, actor=asked.actor, now=asked.now)


async def remind(asked: BulkRequest, target: Target) -> None:
    """Has the letter sent that says when a certification runs out."""
    found = await _visible(asked, target.id)
    left = (found.ends - asked.actor.today).days if found.ends else None
    if found.ends is None or left is None:
        raise NothingToDo("It has no end")
    if left > SOON:
        raise NothingToDo(f"It runs until {day(found.ends)}, more than {SOON} days")
    if await emails.reminder(found.id, now=asked.now) is None:
        raise NothingToDo(f"It is {WORDS[await _standing(found, asked.actor.today)].lower()}, so it does not run out")
    key = f"{jobs.REMIND}/{found.id}/batch {asked.batch_id}"
    await facts.schedule(jobs.REMIND, key, due=asked.now, payload={"days": left}, subject_id=str(found.id))


async def _visible(asked: BulkRequest, certification_id: UUID) -> Certification:
    found = await any_certification_visible_to(asked.actor).get_or_none(id=certification_id)
    if found is None:
        raise NotFound("There is no such certification", "Look for it in the register")
    return found


async def _standing(found: Certification, today: date) -> str:
    return await changes.standing_of(found, today) or "certified"
