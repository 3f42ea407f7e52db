"""The trail: what happened, in order, for ever; and the work that follows from it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.core.errors import Conflict, NotFound
from training.database.connection import connection, inside_transaction, on_postgres
from training.trail.kinds import KINDS, WITNESSES
from training.trail.models import Fact, Followup
from training.trail.row_digests import Spoken, digests_of, digests_of_all

NOTICE = "training_followup"  # the PostgreSQL channel that wakes sleeping workers

NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})

wakers: set[Callable[[], None]] = set()  # what to call when work was queued in this process

_follows: Mapping[str, tuple[str, ...]] | None = None


def follow(table: Mapping[str, Iterable[str]]) -> None:
    """Declares, once at the start, which follow-ups come after which kind of fact."""
    global _follows
    if unknown := set(table) - KINDS:
        raise RuntimeError(f"These kinds of fact are unknown: {', '.join(sorted(unknown))}; add them to KINDS.")
    _follows = {kind: tuple(names) for kind, names in table.items()}


async def record(
    kind: str,
    subject: Model,
    *,
    actor: UUID | None,
    now: datetime,
    happened: datetime | None = None,
    person: UUID | None = None,
    unit: UUID | None = None,
    on_behalf_of: UUID | None = None,
    version: str = "",
    detail: Mapping[str, Any] | None = None,
    rows: Iterable[Model] = (),
    beyond: Mapping[str, Collection[str]] = NOTHING,
) -> Fact:
    """Writes a fact and the follow-ups that come after it, in the caller's transaction.

    `detail` is plain JSON: before and after where it matters, no names, no addresses.
    `rows` are the sealed rows, besides the subject, that were made, changed or removed: call it after the last of
    these changes, as the fact keeps a digest of each as it stands. The subject of a witness is not among them.
    `beyond` names, by row (`table/id`), columns that this fact has changed and its kind mostly does not.
    """
    names = _names_after(kind)
    fact = await Fact.create(
        kind=kind,
        subject_kind=subject._meta.full_name,
        subject_id=str(subject.pk),
        person_id=person,
        unit_id=unit,
        actor_id=actor,
        on_behalf_of_id=on_behalf_of,
        happened=happened or now,
        recorded=now,
        version=version,
        detail=dict(detail or {}),
        rows=await digests_of(Spoken(kind, None if kind in WITNESSES else subject, rows, beyond)),
    )
    await _queue(_after_fact(fact, name) for name in names)
    return fact


@dataclass(frozen=True)
class FactDraft:
    """A fact that is written together with others: what `record` is given, but for who, when and of which unit."""

    kind: str
    subject: Model
    happened: datetime | None = None
    person: UUID | None = None
    version: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Model] = ()


async def record_all(drafts: Sequence[FactDraft], *, actor: UUID | None, unit: UUID, now: datetime) -> None:
    """Writes many facts in the caller's transaction, with few statements for all of them.

    Of the same work for the same person only that after the last fact is queued: it reads all that was written.
    """
    names = [_names_after(draft.kind) for draft in drafts]
    if not drafts:
        return
    told = [Spoken(one.kind, None if one.kind in WITNESSES else one.subject, one.rows) for one in drafts]
    made = [
        Fact(
            id=number, kind=one.kind, subject_kind=one.subject._meta.full_name, subject_id=str(one.subject.pk),
            person_id=one.person, unit_id=unit, actor_id=actor, happened=one.happened or now, recorded=now,
            version=one.version, detail=dict(one.detail), rows=rows,
        )
        for number, one, rows in zip(
            await _next_ids(len(drafts)), drafts, await digests_of_all(told), strict=True
        )
    ]  # fmt: skip
    await Fact.bulk_create(made)
    works = {
        (name, fact.person_id or fact.id): _after_fact(fact, name)
        for fact, after_it in zip(made, names, strict=True)
        for name in after_it
    }
    await _queue(works.values())


async def _next_ids(count: int) -> list[int]:
    """Takes the next ids of facts: what is written in one go is not told its ids, and work refers to them."""
    if on_postgres():
        asked = "SELECT nextval(pg_get_serial_sequence('trail_fact', 'id')) AS id FROM generate_series(1, $1)"
        return [row["id"] for row in await connection().execute_query_dict(asked, [count])]
    # Nobody else writes until the transaction ends; ids are not given again after a row is gone.
    [row] = await connection().execute_query_dict("SELECT seq FROM sqlite_sequence WHERE name = 'trail_fact'") or [
        {"seq": 0}
    ]
    return list(range(row["seq"] + 1, row["seq"] + 1 + count))


def _after_fact(fact: Fact, name: str) -> Followup:
    return Followup(
        kind=name, key=f"{name}/{fact.id}", due=fact.recorded, payload={}, subject_id=fact.subject_id, fact_id=fact.id
    )


async def schedule(
    kind: str,
    key: str,
    *,
    due: datetime,
    payload: Mapping[str, Any] | None = None,
    subject_id: str = "",
) -> None:
    """Queues one piece of work; a second one with the same key is left out, so a timer is set once."""
    await _queue([Followup(kind=kind, key=key, due=due, payload=dict(payload or {}), subject_id=subject_id)])


@dataclass(frozen=True)
class Timer:
    """One piece of work that is due at a time: what `schedule` is given."""

    kind: str
    key: str
    due: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    subject_id: str = ""


async def schedule_all(timers: Iterable[Timer]) -> None:
    """Queues many pieces of work, each key once."""
    await _queue(
        Followup(kind=one.kind, key=one.key, due=one.due, payload=dict(one.payload), subject_id=one.subject_id)
        for one in timers
    )


async def send_again(followup_id: UUID, *, now: datetime) -> None:
    """Queues a piece of work that ended, or waits for its next try, to be done at once; its tries start anew."""
    changed = (
        await Followup.filter(id=followup_id)
        .exclude(state="running")
        .update(state="queued", due=now, attempts=0, faults=0, first_tried=None, ended=None)
    )
    if changed == 1:
        await _wake_workers()
    elif await Followup.filter(id=followup_id).exists():
        raise Conflict("This is being sent right now.", "Look again in a minute.")
    else:
        raise NotFound("There is no such piece of work.", "Choose one from the list.")


def failed() -> QuerySet[Followup]:
    """Finds the work that was given up: dead after its tries, or refused for a reason."""
    return Followup.filter(state__in=["dead", "refused"])


async def send_all_again(rows: QuerySet[Followup], *, now: datetime) -> int:
    """Queues all of this failed work again, and tells how much it was."""
    count = await rows.update(state="queued", due=now, attempts=0, faults=0, first_tried=None, ended=None)
    if count:
        await _wake_workers()
    return count


async def forget_done(*, now: datetime) -> int:
    """Removes work that was done more than 90 days ago, and tells how much; what failed is kept."""
    return await Followup.filter(state="done", ended__lt=now - timedelta(days=90)).delete()


async def _queue(rows: Iterable[Followup]) -> None:
    if rows := list(rows):
        await Followup.bulk_create(rows, ignore_conflicts=True)
        await _wake_workers()


async def _wake_workers() -> None:
    for wake in wakers:
        wake()
    if on_postgres():
        await connection().execute_query(f"NOTIFY {NOTICE}")


def after(kind: str) -> tuple[str, ...]:
    """Tells which work comes after a kind of fact; whoever writes facts in SQL of their own must ask first."""
    if _follows is None:
        raise RuntimeError("facts.follow() was never called: what follows is unknown, so nothing may be written.")
    if kind not in KINDS:
        raise RuntimeError(f"{kind} is not a kind of fact; add it to KINDS.")
    return _follows.get(kind, ())


def _names_after(kind: str) -> tuple[str, ...]:
    names = after(kind)
    if not inside_transaction():
        raise RuntimeError(f"{kind} was recorded outside a transaction; open one around the change and its fact.")
    return names
