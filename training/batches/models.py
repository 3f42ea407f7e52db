"""Tables of batches: one piece of work on many rows, and each of its rows with what became of it."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.batches.rules import UNDONE
from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class Batch(Model):
    """Is one piece of work on many rows: rehearsed, done in the background, stopped and gone on with, undone.

    `number` counts the batches of a unit. `kind` names in the table of kinds what is done (`resources.py`), `wishes`
    hold what was chosen for it. `state` is a key of `rules.STATES`; `progress` of `total` rows are done in the state
    that it is in, and `counts` tell how many rows have which outcome, or are undone. `stopped_because` says why it
    stopped.
    Personal data: who made it, the name of a file; kept: as long as the unit, without its rows after 90 days.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="batches", on_delete=RESTRICT
    )
    number = fields.IntField()
    kind = fields.CharField(40)
    title = fields.CharField(300)
    wishes = fields.JSONField[dict[str, Any]]()
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="batches", on_delete=RESTRICT
    )
    made = fields.DatetimeField()
    state = fields.CharField(12)
    progress = fields.IntField(default=0)
    total = fields.IntField(default=0)
    counts = fields.JSONField[dict[str, int]](default=dict)
    begun = fields.DatetimeField(null=True)
    ended = fields.DatetimeField(null=True)
    undone = fields.DatetimeField(null=True)
    stopped_because = fields.TextField(default="")

    unit_id: UUID
    made_by_id: UUID

    class Meta:
        table = "batches_batch"
        indexes = (("made_by_id",),)
        unique_together = (("unit", "number"),)


class BatchRow(Model):
    """Is one row of a batch: what it says, what it would do, and what it wrote, so that it can be undone.

    `number` is its line in the file, or its place in the list. `outcome` is a key of `rules.OUTCOMES`, `told` says in
    words what it does, `problems` what is wrong: column, what, what to do. `choice` answers "looks like somebody we
    have": a person's id, or "other". `state` is waiting, done, left (nothing to do), undone, or kept (not undone).
    `wrote` lists what it made and changed: table, id, and the columns before and after.
    Personal data: the row as it was handed in; kept: 90 days after the batch ended, or until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    batch: fields.ForeignKeyRelation[Batch] = fields.ForeignKeyField(
        "batches.Batch", related_name="rows", on_delete=fields.OnDelete.CASCADE
    )
    number = fields.IntField()
    values = fields.JSONField[dict[str, str]]()
    outcome = fields.CharField(10)
    told = fields.JSONField[dict[str, Any]]()
    problems = fields.JSONField[list[list[str]]]()
    choice = fields.CharField(40, default="")
    state = fields.CharField(10)
    wrote = fields.JSONField[list[dict[str, Any]]]()
    person_id = fields.UUIDField(null=True, db_index=True)

    batch_id: UUID

    class Meta:
        table = "batches_row"
        unique_together = (("batch", "number"),)
        indexes = (("batch_id", "state", "number"), ("batch_id", "outcome", "number"))


def batches_visible_to(actor: Actor) -> QuerySet[Batch]:
    """Lists the batches that the actor made, and those of the unit for whoever may give every role in it."""
    ours = Batch.filter(unit_id=actor.unit_id)
    return ours if actor.everywhere("give every role") else ours.filter(made_by_id=actor.person_id)


def rows_of(batch: Batch, show: str) -> QuerySet[BatchRow]:
    """Lists the rows of a batch that are counted together: of one outcome, or undone, or not undone."""
    counted = Q(state=show) if show in UNDONE else Q(outcome=show) & ~Q(state__in=[*UNDONE])
    return BatchRow.filter(counted, batch_id=batch.id)
