"""The trail: what happened, in order, for ever; and the work that follows from it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.database.opening import connection, inside_transaction, on_postgres
from training.errors import Conflict, NotFound
from training.kinds import KINDS, WITNESSES
from training.row_digests import digests_of

NOTICE = "training_followup"  # the PostgreSQL channel that wakes sleeping workers

NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})

wakers: set[Callable[[], None]] = set()  # what to call when work was queued in this process

_follows: Mapping[str, tuple[str, ...]] | None = None


class Fact(Model):
    """One entry of the trail: written once, never changed.

    Personal data: person_id, actor_id, on_behalf_of_id (own ids only; detail never holds a name); kept: for ever.
    """

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=60)
    subject_kind = fields.CharField(max_length=60)
    subject_id = fields.CharField(max_length=60)
    person_id = fields.UUIDField(null=True)
    unit_id = fields.UUIDField(null=True)
    actor_id = fields.UUIDField(null=True)
    on_behalf_of_id = fields.UUIDField(null=True)
    happened = fields.DatetimeField()
    recorded = fields.DatetimeField()
    version = fields.CharField(max_length=60, default="")
    detail: Any = fields.JSONField()
    rows: Any = fields.JSONField(null=True)  # table → id → digest of each sealed row that it speaks of
    seal: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "trail.Seal", related_name="facts", on_delete=fields.RESTRICT, null=True
    )
    position = fields.IntField(null=True)  # within the seal, from 0
    leaf = fields.CharField(max_length=64, null=True)  # the entry's own hash, to tell which one was changed

    class Meta:
        table = "trail_fact"
        unique_together = (("seal", "position"),)
        indexes = (
            Index(fields=("subject_id", "id")),
            Index(fields=("person_id", "id")),
            Index(fields=("kind", "recorded")),
        )


class Followup(Model):
    """One piece of work that must get done after a fact or at a time, once or more, by an idempotent handler.

    Personal data: payload may hold what the work needs (an address, a score); kept: 90 days after it is done.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    kind = fields.CharField(max_length=60)
    fact: fields.ForeignKeyNullableRelation[Fact] = fields.ForeignKeyField(
        "trail.Fact", related_name="followups", on_delete=fields.RESTRICT, null=True
    )
    subject_id = fields.CharField(max_length=60, default="")
    key = fields.CharField(max_length=200, unique=True)
    payload: Any = fields.JSONField()
    state = fields.CharField(max_length=10, default="queued")  # queued running done refused dead
    due = fields.DatetimeField()
    attempts = fields.IntField(default=0)
    faults = fields.IntField(default=0)  # of ours among the attempts; waiting for others is none
    last_error = fields.TextField(default="")
    first_tried = fields.DatetimeField(null=True)
    ended = fields.DatetimeField(null=True)
    lease_until = fields.DatetimeField(null=True)
    lease = fields.UUIDField(null=True)  # who holds it: a worker whose lease was taken over may not end it

    fact_id: int | None

    class Meta:
        table = "trail_followup"
        indexes = (
            Index(fields=("state", "due")),
            Index(fields=("kind", "state", "due")),
            Index(fields=("kind", "subject_id")),
        )


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
        rows=await digests_of(kind, None if kind in WITNESSES else subject, rows, beyond),
    )
    await _queue(_after_fact(fact, name) for name in names)
    return fact


def _after_fact(fact: Fact, name: str) -> Followup:
    return Followup(
        kind=name, key=f"{name}/{fact.id}", due=fact.recorded, payload={}, subject_id=fact.subject_id, fact=fact
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
