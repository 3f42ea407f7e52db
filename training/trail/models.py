"""Tables of the trail: facts, the work that follows them, what sealed rows are checked with, and seals."""

from typing import Any
from uuid import uuid4

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


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
            ("fact_id",),
            Index(fields=("state", "due")),
            Index(fields=("kind", "state", "due")),
            Index(fields=("kind", "subject_id")),
        )


class SealedRow(Model):
    """Is what one sealed row is checked with: a salt, and a short mark of each column, to name one that was changed.

    The salt is drawn anew at each change and kept nowhere else, so that no digest in the trail gives away what a row
    held before: a name that was erased cannot be guessed from it.
    Personal data: none.
    """

    id = fields.CharField(120, primary_key=True)  # "people.Membership/…"
    salt = fields.CharField(32)
    marks: Any = fields.JSONField()

    class Meta:
        table = "trail_row"


class Seal(Model):
    """One batch of the trail, closed: the Merkle root over its facts, chained to the seal before it.

    `signatures` name the issuers' keys that signed the chain; seals of before have none.
    Personal data: none.
    """

    id = fields.BigIntField(primary_key=True)  # 1, 2, 3 … without a gap, given by us
    size = fields.IntField()
    root = fields.CharField(max_length=64)
    chain = fields.CharField(max_length=64, unique=True)
    made = fields.DatetimeField()
    signatures: Any = fields.JSONField(null=True)

    class Meta:
        table = "trail_seal"
