"""Merges two records of one person, undoes it within 30 days, and finishes it when they are over."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from certificates.erase_person import erase_record
from certificates.merging.disagreements import refusals
from certificates.merging.rehearsal import OTHERS_DO, pair_for
from certificates.merging.two_certificates import let_stand_again, replace_shorter, replaced_by, two_certificates
from training.core.dates import local_day
from training.core.errors import Conflict, Invalid, NotFound
from training.database.connection import transaction
from training.people.actor import Actor
from training.people.contact.addresses import refuse_own
from training.people.merging.models import UNDONE_WITHIN, Merge, can_be_undone, merges_visible_to
from training.people.merging.moving import ColumnChange, MergePlan, RecordPair, carry_out, plan, put_back, sealed_rows
from training.people.models import Person, SignInLink
from training.people.sessions import end_sessions_of
from training.trail import facts

LATE = "bring what came late"
"""Name of the work that looks once more, after what was on its way has arrived."""


async def merge(stays_id: UUID, shut_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Merge:
    """Shuts one of two records and moves what points to it to the other; all of it or nothing."""
    stays, shut = await pair_for(stays_id, shut_id, actor)
    if not reason.strip():
        raise Invalid("There is a problem", problems={"reason": "Say how you know that this is one person"})
    today = local_day(now, actor.zone)
    async with transaction():
        await _hold(stays.id, shut.id)
        if await Person.filter(id__in=[stays.id, shut.id], merged_into_id__isnull=False).exists():
            raise Conflict("One of these records has just been merged.", "Look at the person's page again.")
        if refused := await refusals(stays, shut, today=today):
            raise Conflict(f"These two cannot become one person. {refused[0].what}", refused[0].outcome)
        both = await two_certificates(stays, shut, today=today)
        made = await plan(RecordPair(shut.id, stays.id, now, today))
        await carry_out(made.changes)
        await Person.filter(id=shut.id).update(merged_into_id=stays.id)
        row = await Merge.create(
            id=uuid4(), stays_id=stays.id, shut_id=shut.id, slot=str(shut.id), reason=reason.strip(), made=now,
            made_by_id=actor.person_id, moved=[asdict(one) for one in made.changes], kept=[*map(list, made.kept)],
        )  # fmt: skip
        await end_sessions_of(shut.id, now=now)
        await SignInLink.filter(person_id=shut.id, used__isnull=True, expires__gt=now).update(expires=now)
        await facts.record(
            "merge.made", row, actor=actor.person_id, person=stays.id, unit=actor.unit_id, now=now,
            detail={"shut": str(shut.id), "rows": len({(one.table, one.id) for one in made.changes})},
            rows=[shut, *sealed_rows(made.changes)],
        )  # fmt: skip
        for one in both:
            await replace_shorter(one, today=today, actor=actor, now=now)
    return row


async def merge_for(merge_id: UUID, actor: Actor) -> Merge:
    """Finds a merge that stands, of a person whom the actor may merge and who is not the actor."""
    found = await merges_visible_to(actor).select_related("stays", "shut").get_or_none(id=merge_id)
    if found is None:
        raise NotFound("There is no such merge here.", "It may have been undone. Look at the person's page.")
    await refuse_own(found.stays_id, actor.person_id, "You may not undo a merge of your own records.", OTHERS_DO)
    return found


async def undo(merge_id: UUID, *, because: str, actor: Actor, now: datetime) -> list[ColumnChange]:
    """Puts everything back that has not changed since, opens the record again, and gives what could not be put back."""
    found = await merge_for(merge_id, actor)
    if found.shut.erased_at:
        raise Conflict("The record that was merged is erased.", "Nothing is left to bring back.")
    if not because.strip():
        raise Invalid("There is a problem", problems={"because": "Say why these are two records after all"})
    async with transaction():
        await _hold(found.stays_id, found.shut_id)
        done = {"slot": None, "undone": now, "undone_by_id": actor.person_id, "undone_because": because.strip()}
        if not await Merge.filter(can_be_undone(now=now), id=found.id).update(**done):
            raise Conflict("This cannot be undone any more.", "It was undone or finished, or its 30 days are over.")
        still = Person.filter(id=found.shut_id, merged_into_id=found.stays_id, erased_at__isnull=True)
        if not await still.update(merged_into_id=None):
            raise Conflict("The record it went into was merged, too.", "Undo the later merge first.")
        changes = [ColumnChange(**one) for one in found.moved]
        again, gone = await replaced_by(found)
        stay = [*await put_back(changes), *gone]
        await Merge.filter(id=found.id).update(not_put_back=[asdict(one) for one in stay])
        await end_sessions_of(found.stays_id, now=now)  # some may be of whoever signed in as the other
        shut = await Person.get(id=found.shut_id)
        detail = {"shut": str(found.shut_id), "not_put_back": len(stay)}
        await facts.record(
            "merge.undone", found, actor=actor.person_id, person=found.stays_id, unit=actor.unit_id, now=now,
            detail=detail, rows=[shut, *sealed_rows(changes)],
        )  # fmt: skip
        await facts.record(
            "person.unmerged", shut, actor=actor.person_id, person=shut.id, unit=actor.unit_id, now=now, detail=detail
        )  # fmt: skip
        today = local_day(now, actor.zone)
        for one in again:
            await let_stand_again(one, today=today, actor=actor, now=now)
    return stay


async def _hold(*people: UUID) -> None:
    """Holds both, so that whoever writes of one of them now comes before this or after it."""
    await Person.filter(id__in=people).order_by("id").select_for_update().values_list("id", flat=True)


async def bring_late(merge_id: UUID, *, now: datetime) -> None:
    """Brings along what was on its way to the shut record while it was merged: a launch, a page that was being sent."""
    async with transaction():
        found = await Merge.filter(undone__isnull=True, finished__isnull=True).get_or_none(id=merge_id)
        if found is None:
            return
        await _hold(found.stays_id, found.shut_id)
        shut = await Person.get(id=found.shut_id).select_related("unit")
        stays = (await Person.get(id=found.stays_id)).merged_into_id or found.stays_id
        late = await plan(RecordPair(found.shut_id, stays, now, local_day(now, shut.unit.zone)))
        if not late.changes:
            return
        await carry_out(late.changes)
        if not await _add(found, late):
            raise Conflict("This merge was undone just now.", "Nothing is left to do.")
        await facts.record(
            "merge.went_on", found, actor=None, person=stays, unit=shut.unit_id, now=now,
            detail={"shut": str(shut.id), "rows": len({(one.table, one.id) for one in late.changes})},
            rows=sealed_rows(late.changes),
        )  # fmt: skip


async def _add(found: Merge, late: MergePlan) -> int:
    """Adds what came late to what the merge has moved."""
    moved = [*found.moved, *(asdict(one) for one in late.changes)]
    kept = [*found.kept, *(list(one) for one in late.kept if list(one) not in found.kept)]
    return await Merge.filter(id=found.id, undone__isnull=True).update(moved=moved, kept=kept)


async def finish(*, storage: Path, now: datetime) -> int:
    """Finishes the merges whose days are over: what the shut record holds by itself is erased; tells how many."""
    over = Merge.filter(undone__isnull=True, finished__isnull=True, made__lte=now - UNDONE_WITHIN)
    found = await over.select_related("stays", "shut").order_by("made")
    for row in found:
        if row.shut.erased_at is None:
            await bring_late(row.id, now=now)
            await erase_record(row.shut, actor_id=None, now=now, storage=storage)
        async with transaction():
            if await Merge.filter(id=row.id, undone__isnull=True, finished__isnull=True).update(finished=now):
                await facts.record(
                    "merge.finished", row, actor=None, person=row.stays_id, unit=row.stays.unit_id, now=now,
                    detail={"shut": str(row.shut_id)},
                )  # fmt: skip
    return len(found)


def in_words(changes: Iterable[ColumnChange]) -> str:
    """Says how much could not be put back; "" where all was."""
    rows = {(one.table, one.id) for one in changes}
    return f" {len(rows)} of the entries had changed meanwhile and stay where they are." if rows else ""
