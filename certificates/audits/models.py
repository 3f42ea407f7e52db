"""Tables of audits: a drawn sample, and what was found in each case."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification
from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class Audit(Model):
    """Is one visit of the central unit to the register: the question, the seed and the sample drawn with it.

    Personal data: who drew it; kept: for ever, it is the proof of quality.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="audits", on_delete=RESTRICT
    )
    title = fields.CharField(200)
    asked = fields.JSONField[dict[str, Any]]()
    seed = fields.CharField(64)
    found = fields.IntField()
    drawn = fields.DatetimeField()
    cases: fields.ReverseRelation["AuditCase"]
    drawn_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="audits", on_delete=RESTRICT
    )

    unit_id: UUID
    drawn_by_id: UUID

    class Meta:
        table = "audits_audit"
        indexes = (("drawn_by_id",),)


class AuditCase(Model):
    """Is one certification of the sample: open, then upheld or overturned with reasons, once.

    Personal data: the finding about a person; kept: as long as the audit.
    """

    id = fields.UUIDField(primary_key=True)
    audit: fields.ForeignKeyRelation[Audit] = fields.ForeignKeyField(
        "audits.Audit", related_name="cases", on_delete=RESTRICT
    )
    certification: fields.ForeignKeyRelation[Certification] = fields.ForeignKeyField(
        "certificates.Certification", related_name="audit_cases", on_delete=RESTRICT
    )
    position = fields.IntField()
    finding = fields.CharField(12, default="open")
    reasons = fields.TextField(default="")
    found = fields.DatetimeField(null=True)
    found_by_id = fields.UUIDField(null=True)

    audit_id: UUID
    certification_id: UUID

    class Meta:
        table = "audits_case"
        indexes = (("certification_id",),)
        unique_together = (("audit", "certification"),)


def visible_to(actor: Actor) -> QuerySet[Audit]:
    """Lists the audits of the actor's unit, to those who audit."""
    found = Audit.filter(unit_id=actor.unit_id)
    return found if actor.may("audit") else found.filter(id__in=[])
