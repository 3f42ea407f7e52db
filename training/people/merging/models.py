"""The table of merges: which record was shut, into which it went, what came along, and until when that is undone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import RESTRICT, Person
from training.people.visibility import reach

UNDONE_WITHIN = timedelta(days=30)


class Merge(Model):
    """Says that two records are of one person: `shut` is closed, and what was with it is with `stays`.

    `moved` lists what was changed: table, id, column, `before` and `after`; `kept` names the rows that stay with the
    shut record, as the other has the same, by table and id. `slot` names the shut record while the merge stands. Once
    it is `undone`, `not_put_back` lists what had changed since; once it is `finished` it cannot be undone.
    Personal data: both records, who merged them and why; kept: as long as both, then under their pseudonyms.
    """

    id = fields.UUIDField(primary_key=True)
    stays: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="merges", on_delete=RESTRICT
    )
    shut: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="merged_by", on_delete=RESTRICT
    )
    slot = fields.CharField(40, null=True, unique=True)
    reason = fields.TextField()
    made = fields.DatetimeField()
    made_by_id = fields.UUIDField()
    moved: Any = fields.JSONField()
    kept: Any = fields.JSONField()
    undone = fields.DatetimeField(null=True)
    undone_by_id = fields.UUIDField(null=True)
    undone_because = fields.TextField(default="")
    not_put_back: Any = fields.JSONField(null=True)
    finished = fields.DatetimeField(null=True)

    stays_id: UUID
    shut_id: UUID

    class Meta:
        table = "people_merge"
        indexes = (("stays_id",), ("shut_id",), ("finished", "made"))

    @property
    def until(self) -> datetime:
        """The moment until which it can be undone."""
        return self.made + UNDONE_WITHIN


def merges_visible_to(actor: Actor) -> QuerySet[Merge]:
    """Lists the merges that stand of the people for whom the actor gives every role."""
    return Merge.filter(reach(actor, "give every role", "stays"), undone__isnull=True)


def undone_merges_visible_to(actor: Actor) -> QuerySet[Merge]:
    """Lists the merges of the people for whom the actor gives every role that were undone, and not made again."""
    apart = {"undone__isnull": False, "shut__merged_into_id__isnull": True}
    return Merge.filter(reach(actor, "give every role", "stays"), **apart)


def can_be_undone(*, now: datetime) -> Q:
    """Filters to the merges that stand and can still be undone."""
    return Q(undone__isnull=True, finished__isnull=True, made__gt=now - UNDONE_WITHIN)


async def records_of(person_id: UUID) -> list[UUID]:
    """Returns the ids under which entries of the trail may speak of a person: their own and those merged into it."""
    return [person_id, *await Person.filter(merged_into_id=person_id).values_list("id", flat=True)]  # type: ignore[list-item]


async def followed(ids: set[UUID]) -> dict[UUID, UUID]:
    """Returns, of these people, whose record is shut, each with the one that stays."""
    shut = Person.filter(id__in=list(ids), merged_into_id__isnull=False)
    return dict(await shut.values_list("id", "merged_into_id"))


async def who_stays(person_id: UUID) -> UUID:
    """Follows an id that somebody kept from before two records were merged."""
    return (await followed({person_id})).get(person_id, person_id)
