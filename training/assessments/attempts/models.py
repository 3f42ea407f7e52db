"""The table of what people answer to their results."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.assessments.models import RESTRICT, Assessment


class LearnerAnswer(Model):
    """Is what whoever was watched says to the result of an assessment; changed freely for some weeks.

    Personal data: what they say in their own words; kept: with the assessment, and gone with their name.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.OneToOneRelation[Assessment] = fields.OneToOneField(
        "assessments.Assessment", related_name="answer", on_delete=RESTRICT
    )
    words = fields.TextField()
    written = fields.DatetimeField()

    assessment_id: UUID

    class Meta:
        table = "assessments_learner_answer"
