"""What somebody does with a batch: makes one, has it checked, has it done, stops it, goes on, undoes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise.functions import Max

from training.batches.models import Batch, BatchRow, batches_visible_to
from training.batches.rules import FROM, interrupted
from training.batches.running import GO_ON, clear_rows, end
from training.core.errors import Conflict, Invalid, NotAllowed, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.sites.models import CentralUnit
from training.trail import facts

KEPT = timedelta(days=90)
"""How long the rows of a batch that has ended are kept, and it can be undone."""
LOOK_AGAIN = "Look at the batch again."


async def make(kind: str, title: str, wishes: Mapping[str, Any], *, actor: Actor, now: datetime) -> Batch:
    """Makes a batch with the next number of the unit; nothing is done yet."""
    async with transaction():
        await CentralUnit.select_for_update().get(id=actor.unit_id)  # of two at once, the second gets the next number
        [known] = await Batch.filter(unit_id=actor.unit_id).annotate(last=Max("number")).values("last")
        return await Batch.create(
            id=uuid4(), unit_id=actor.unit_id, number=(known["last"] or 0) + 1, kind=kind, title=title[:300],
            wishes=dict(wishes), made_by_id=actor.person_id, made=now, state="new",
        )  # fmt: skip


async def batch_for(actor: Actor, batch_id: UUID) -> Batch:
    """Finds a batch that the actor may see; raises NotFound when there is none."""
    found = await batches_visible_to(actor).get_or_none(id=batch_id)
    if found is None:
        raise NotFound("There is no such batch.", "Look for it in the list of batches.")
    return found


async def own_batch(actor: Actor, batch_id: UUID) -> Batch:
    """Finds a batch that the actor may have done or undone: it is done with the rights of whoever made it."""
    found = await batch_for(actor, batch_id)
    if found.made_by_id != actor.person_id and not actor.everywhere("decide"):
        raise NotAllowed("You may not do this.", "Whoever made the batch can, or the central unit.")
    return found


async def rehearse(batch: Batch, *, now: datetime) -> None:
    """Has a batch checked in the background: nothing is changed by it."""
    await _move(batch, "rehearsing", progress=0)
    key = f"{GO_ON}/{batch.id}/{now.isoformat()}"
    await facts.schedule(GO_ON, key, due=now, subject_id=str(batch.id))


async def begin(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Has the good rows of a batch done in the background, or goes on with one that was stopped."""
    waiting = BatchRow.filter(batch_id=batch.id, state="waiting")
    if not await waiting.exists():
        raise Conflict("There is nothing in this batch to be done.", "Look at why its rows were refused.")
    total = await BatchRow.filter(batch_id=batch.id, state__in=["waiting", "done"]).count()
    done = total - await waiting.count()
    async with transaction():
        await _move(batch, "running", progress=done, total=total, begun=now, stopped_because="")
        await _tell("batch.begun", batch, actor=actor, now=now)


async def stop(batch: Batch, *, now: datetime) -> None:
    """Stops what is being done with a batch; what is done stays."""
    if not await end(batch, interrupted(batch.state), now=now, because="Somebody stopped it."):
        raise Conflict("There is nothing to stop any more.", LOOK_AGAIN)


async def undo(batch: Batch, *, actor: Actor, now: datetime) -> None:
    """Has a batch undone in the background."""
    if batch.ended is None or now - batch.ended > KEPT:
        raise Conflict("This batch cannot be undone any more.", "Change what is wrong one by one.")
    done = await BatchRow.filter(batch_id=batch.id, state="done").count()
    async with transaction():
        await _move(batch, "undoing", progress=0, total=done)
        await _tell("batch.undo_begun", batch, actor=actor, now=now)


async def choose(batch: Batch, choices: Mapping[int, str]) -> None:
    """Answers, by the number of a row, whether it is somebody we have ("other": somebody else)."""
    async with transaction():
        if not await Batch.filter(id=batch.id, state="rehearsed").update(state="rehearsed"):
            raise Conflict("This cannot be chosen any more.", LOOK_AGAIN)
        for row in await BatchRow.filter(batch_id=batch.id, number__in=list(choices), told__isnull=False):
            known = {one[0] for one in row.told.get("alike", ())} | {"other"}
            if (chosen := choices[row.number]) not in known:
                raise Invalid("There is a problem", problems={f"row-{row.number}": "Choose one of the answers"})
            await BatchRow.filter(id=row.id).update(choice=chosen, state="waiting")


async def forget_rows(*, now: datetime) -> int:
    """Removes the rows of batches that ended, or were never begun, 90 days ago; tells how many batches that were."""
    long_ago = now - KEPT
    old = await Batch.filter(made__lt=long_ago).values("id", "ended", "undone")
    over = [row["id"] for row in old if max(filter(None, (row["ended"], row["undone"])), default=long_ago) <= long_ago]
    for batch_id in over:
        await clear_rows(batch_id)
    return len(over)


async def _move(batch: Batch, state: str, **columns: Any) -> None:
    """Moves a batch to a state that may come after the one it is in."""
    if not await Batch.filter(id=batch.id, state__in=sorted(FROM[state])).update(state=state, **columns):
        raise Conflict("This batch has gone on meanwhile.", LOOK_AGAIN)


async def _tell(kind: str, batch: Batch, *, actor: Actor, now: datetime) -> None:
    detail = {"number": batch.number, "kind": batch.kind}
    await facts.record(kind, batch, actor=actor.person_id, unit=batch.unit_id, now=now, detail=detail)
