"""Does a batch in the background, a moment's rows in a transaction: rehearses, writes, undoes; survives a kill."""

import asyncio
from collections import Counter
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.functions import Count

from training.batches.kinds import Outside, Work
from training.batches.models import Batch, BatchRow
from training.batches.pace import StepSizes
from training.batches.rules import FROM, UNDONE, interrupted
from training.core.errors import AppError, Invalid, Upstream
from training.database.connection import transaction
from training.people.authentication.deputy import acting_for
from training.trail import facts

GO_ON = "go on with a batch"
PAUSE = 0.02
"""Seconds between transactions, in which other programs find the one writer of SQLite free."""
CLEARED = 1000
"""Rows of a batch that are removed in one go."""
STRETCH = 100
"""Transactions of one piece of follow-up work: one that is killed again and again is given up, all others go on."""
DONE_FACTS = {"done": "batch.done", "undone": "batch.undone", "stopped": "batch.stopped"}
ORDER = {"running": "number", "undoing": "-number"}
"""State in which work goes on → the order of its rows: what came last is undone first."""
SAVED = ("outcome", "told", "problems", "state", "wrote", "person_id")


async def go_on(batch_id: UUID, outside: Outside) -> None:
    """Does the next stretch of a batch that is being worked on, and queues the one after it.

    Called twice, also at once, each row is done once: it is looked for in the transaction that does it.
    """
    batch = await Batch.get(id=batch_id)
    step = STEPS.get(batch.state)
    if step is None:
        return
    try:
        finished = await step(batch, outside)
    except Upstream:
        raise  # a folder that is away: the work waits, and is tried again
    except AppError as trouble:
        because = str(trouble)
        await end(batch, interrupted(batch.state), now=outside.now(), because=because)
    else:
        if not finished:
            now = outside.now()
            await facts.schedule(GO_ON, f"{GO_ON}/{batch.id}/{now.isoformat()}", due=now, subject_id=str(batch.id))


async def end(batch: Batch, state: str, *, now: datetime, because: str = "") -> bool:
    """Ends what is being done with a batch, and counts what became of its rows; False where somebody else did."""
    rows = BatchRow.filter(batch_id=batch.id).annotate(count=Count("id")).group_by("outcome", "state")
    counts = Counter[str]()
    for outcome, row_state, count in await rows.values_list("outcome", "state", "count"):
        counts[row_state if row_state in UNDONE else outcome] += count
    moment = {"undone": now} if state == "undone" else {"ended": now} if state in ("done", "stopped") else {}
    async with transaction():
        still = Batch.filter(id=batch.id, state__in=sorted(FROM[state]))
        if not await still.update(state=state, counts=counts, stopped_because=because, **moment):
            return False
        if kind := DONE_FACTS.get(state):
            detail = {"number": batch.number, "counts": counts}
            await facts.record(
                kind, batch, actor=batch.made_by_id, unit=batch.unit_id, now=now, detail=detail
            )  # fmt: skip
    return True


async def _work(batch: Batch, outside: Outside) -> Work:
    actor = await acting_for(batch.made_by_id, now=outside.now())
    return await outside.batch_kinds[batch.kind].begin(batch, actor, outside)


async def _rehearse(batch: Batch, outside: Outside) -> bool:
    """Tells of every row what it would do; one that was broken off begins anew, as it changes nothing."""
    work = await _work(batch, outside)
    being_checked = Batch.filter(id=batch.id, state="rehearsing")
    await clear_rows(batch.id)
    await being_checked.update(total=await work.count(), progress=0)
    async for rows in work.rehearse():
        async with transaction():
            if not await Batch.filter(id=batch.id, state="rehearsing").update(progress=F("progress") + len(rows)):
                return True
            await BatchRow.bulk_create(rows)
    await end(batch, "rehearsed", now=outside.now())
    return True


async def _write(batch: Batch, outside: Outside) -> bool:
    return await _each(batch, outside, doing="running", waiting="waiting", ends="done")


async def _undo(batch: Batch, outside: Outside) -> bool:
    return await _each(batch, outside, doing="undoing", waiting="done", ends="undone")


STEPS = {"rehearsing": _rehearse, "running": _write, "undoing": _undo}
"""State in which work goes on → what does the next stretch of it, and says whether it was the last one."""


async def _each(batch: Batch, outside: Outside, *, doing: str, waiting: str, ends: str) -> bool:
    """Does the next rows; of those that cannot be done together, finds the one to refuse by halves."""
    work, pace = await _work(batch, outside), StepSizes(outside.batch_kinds[batch.kind].at_once)
    for _ in range(STRETCH):
        try:
            count = await _some(batch, work, pace, doing=doing, waiting=waiting)
        except Upstream:
            raise
        except (AppError, IntegrityError) as trouble:
            work = await _work(batch, outside)  # what it knew may hold rows that were rolled back
            if pace.rows == 1:
                await _refuse(batch, trouble, doing=doing, waiting=waiting)
            pace.halve()
            continue
        if count is None:
            return True
        if count == 0:
            await end(batch, ends, now=outside.now())
            return True
        await asyncio.sleep(PAUSE)
    return False


async def _some(batch: Batch, work: Work, pace: StepSizes, *, doing: str, waiting: str) -> int | None:
    """Does some rows in one transaction, and says how many that were; None when the batch was stopped."""
    async with transaction():
        # Held until the end: of two that work on one batch, the second waits and finds other rows.
        if not await Batch.filter(id=batch.id, state=doing).update(state=doing):
            return None
        with pace.step():  # from here on others wait; until here it waited itself
            rows = await BatchRow.filter(batch_id=batch.id, state=waiting).order_by(ORDER[doing]).limit(pace.rows)
            if rows:
                await (work.write(rows) if doing == "running" else work.undo(rows))
                await BatchRow.bulk_create(rows, on_conflict=["id"], update_fields=SAVED)
                await Batch.filter(id=batch.id).update(progress=F("progress") + len(rows))
    return len(rows)


async def clear_rows(batch_id: UUID) -> None:
    """Removes the rows of a batch, some in each transaction: all of a long one would hold the writer for seconds."""
    rows = BatchRow.filter(batch_id=batch_id).order_by("number")
    while some := await rows.limit(CLEARED).values_list("number", flat=True):
        await BatchRow.filter(batch_id=batch_id, number__lte=max(some)).delete()


async def _refuse(batch: Batch, trouble: Exception, *, doing: str, waiting: str) -> None:
    """Leaves out the one row that cannot be done, with the reason."""
    async with transaction():
        row = await BatchRow.filter(batch_id=batch.id, state=waiting).order_by(ORDER[doing]).first()
        if row is None:
            return
        left = {"outcome": "refused", "state": "left"} if doing == "running" else {"state": "kept"}
        await BatchRow.filter(id=row.id).update(problems=[reason_of(trouble)], **left)
        await Batch.filter(id=batch.id, state=doing).update(progress=F("progress") + 1)


def reason_of(trouble: Exception) -> list[str]:
    """Says why a row cannot be done, as rows say it: no column, what is wrong, what to do; without full stops."""
    words, remedy = "This has changed meanwhile", "Look at it on its own page"
    if isinstance(trouble, AppError):
        told = trouble.problems.values() if isinstance(trouble, Invalid) else ()
        words = ". ".join(told) or trouble.message
        remedy = trouble.remedy
    return ["", words.removesuffix("."), remedy.removesuffix(".")]
