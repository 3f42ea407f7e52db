"""The table of countersignatures: what a colleague said of an assessment whose signature does not count alone."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.assessments.models import RESTRICT, Assessment
from training.people.models import Person


class Countersignature(Model):
    """Is a colleague's signature under an assessment, or the reasons why it was returned; one for each assessment.

    `finding` is countersigned or returned; the hash is of the marks that were looked at.

    Personal data: who looked at it, their relations to the trainee as found; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.OneToOneRelation[Assessment] = fields.OneToOneField(
        "assessments.Assessment", related_name="countersignature", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="countersignatures", on_delete=RESTRICT
    )
    finding = fields.CharField(16)
    reasons = fields.TextField()
    made = fields.DatetimeField()
    digest = fields.CharField(64)
    eligibility: Any = fields.JSONField()

    assessment_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_countersignature"
        indexes = (("person_id",),)
