"""Tables of what decisions rest on: pathway versions, evidence shown on paper, and what the rules said."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.reach import reach
from training.sites.models import CentralUnit, Programme

RESTRICT = fields.OnDelete.RESTRICT


class PathwayVersion(Model):
    """Is one published text of a pathway, with the texts it extends; never changed after.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="pathways", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="pathways", on_delete=RESTRICT
    )
    slug = fields.CharField(60)
    version = fields.CharField(40)
    title = fields.CharField(200)
    text = fields.TextField()
    bases = fields.JSONField[dict[str, str]]()
    sha256 = fields.CharField(64)
    published = fields.DatetimeField()
    published_by_id = fields.UUIDField(null=True)

    unit_id: UUID
    programme_id: UUID

    class Meta:
        table = "certificates_pathway_version"
        unique_together = (("unit", "slug", "version"),)


class RecordedEvidence(Model):
    """Is evidence that no other room keeps: a qualification, a sign-off, a waiver (recognised prior learning).

    `attributes` are those of the pathway language. A wrong record is corrected or taken back by a new one that replaces
    it, and whose `note` says why. `programme` is where it counts; what belongs to the person has none.
    Personal data: what the person did or holds; kept: as long as a certification rests on it, then seven years.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(null=True)  # comes with the form, so that a double post makes one row
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="recorded_evidence", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="recorded_evidence", null=True, on_delete=RESTRICT
    )
    type = fields.CharField(20)
    what = fields.CharField(200)
    on = fields.DateField(null=True)
    until = fields.DateField(null=True)
    attributes = fields.JSONField[dict[str, Any]]()
    replaces_id = fields.UUIDField(null=True)
    void = fields.BooleanField(default=False)
    note = fields.TextField(null=True)
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField()

    person_id: UUID
    programme_id: UUID | None

    class Meta:
        table = "certificates_recorded_evidence"
        unique_together = (("replaces_id",), ("entry_key",))


class Consideration(Model):
    """Is what the rules said of a person and a level on the evidence of a moment; a new row when that changes.

    `slot` names person, pathway and level in the row that holds now, and is empty in earlier ones, so that of many at
    once only one is written. `awaiting` says that all is met and a decision is due.
    Personal data: the verdict with its reasons; kept: as long as the decision that rests on it.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="considerations", on_delete=RESTRICT
    )
    pathway: fields.ForeignKeyRelation[PathwayVersion] = fields.ForeignKeyField(
        "certificates.PathwayVersion", related_name="considerations", on_delete=RESTRICT
    )
    level = fields.CharField(60)
    per = fields.CharField(200, default="")
    as_of = fields.DateField()
    made = fields.DatetimeField()
    result = fields.CharField(12)
    standing = fields.CharField(20)
    verdict = fields.JSONField[dict[str, Any]]()
    evidence = fields.JSONField[list[dict[str, Any]]]()
    evidence_sha256 = fields.CharField(64)
    slot = fields.CharField(400, null=True, unique=True)
    awaiting = fields.BooleanField(default=False)

    person_id: UUID
    pathway_id: UUID

    @property
    def slot_name(self) -> str:
        """The slot of this row while it holds; asks for the pathway to be fetched."""
        return slot_name(self.person_id, self.pathway.slug, self.level, self.per)

    class Meta:
        table = "certificates_consideration"
        indexes = (("person_id", "level"), ("awaiting", "person_id"))


def slot_name(person_id: UUID, slug: str, level: str, per: str) -> str:
    """Names the one place that the current consideration of a person, pathway and level can hold."""
    return f"{person_id}/{slug}/{level}/{per}"


def considerations_visible_to(actor: Actor) -> QuerySet[Consideration]:
    """Lists what the rules said of the people about whom the actor may decide."""
    return Consideration.filter(reach(actor, "decide"))


def current() -> QuerySet[Consideration]:
    """Lists what the rules say now: the latest consideration of each person and level."""
    return Consideration.filter(slot__isnull=False)
