"""Tables of quality assurance: what is sampled of assessments, each draw, what was found, and accompanied visits."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.assessments.models import RESTRICT, Assessment
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import reach
from training.sites.models import CentralUnit, Programme


class QualityPlan(Model):
    """Says how many of the signed assessments of a programme are looked at again; the newest one holds.

    Without a programme it is for all that have no plan of their own. `share` and `share_new` are percent; an assessor
    is new until they have signed `new_until` assessments.

    Personal data: who made it; kept: as long as the samples.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="quality_plans", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="quality_plans", null=True, on_delete=RESTRICT
    )
    share = fields.IntField()
    share_new = fields.IntField()
    new_until = fields.IntField()
    complaints = fields.BooleanField()
    made = fields.DatetimeField()
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="quality_plans", on_delete=RESTRICT
    )

    unit_id: UUID
    programme_id: UUID | None
    made_by_id: UUID

    class Meta:
        table = "assessments_quality_plan"
        indexes = (("unit_id", "made"), ("programme_id",), ("made_by_id",))


class QualityDraw(Model):
    """Is one draw by a plan: the seed, from which assessments (ids in order, by group) and how many of each group.

    Looked at were those signed after `since`, by `until`.

    Personal data: who drew it; kept: with the samples.
    """

    id = fields.UUIDField(primary_key=True)
    plan: fields.ForeignKeyRelation[QualityPlan] = fields.ForeignKeyField(
        "assessments.QualityPlan", related_name="draws", on_delete=RESTRICT
    )
    seed = fields.CharField(64)
    since = fields.DatetimeField()
    until = fields.DatetimeField()
    found: Any = fields.JSONField()
    sizes: Any = fields.JSONField()
    drawn_by_id = fields.UUIDField(null=True)

    plan_id: UUID

    class Meta:
        table = "assessments_quality_draw"
        indexes = (("plan_id", "until"),)


class QualitySample(Model):
    """Is one assessment that is looked at again: open, then accepted, returned or set aside, once.

    `because` is share, new or complaint.

    Personal data: a finding about an assessor's work; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.OneToOneRelation[Assessment] = fields.OneToOneField(
        "assessments.Assessment", related_name="quality_sample", on_delete=RESTRICT
    )
    draw: fields.ForeignKeyNullableRelation[QualityDraw] = fields.ForeignKeyField(
        "assessments.QualityDraw", related_name="samples", null=True, on_delete=RESTRICT
    )
    because = fields.CharField(12)
    added = fields.DatetimeField()
    finding = fields.CharField(12, default="open")
    reasons = fields.TextField(default="")
    found = fields.DatetimeField(null=True)
    found_by_id = fields.UUIDField(null=True)

    assessment_id: UUID
    draw_id: UUID | None

    class Meta:
        table = "assessments_quality_sample"
        indexes = (("draw_id",), ("finding", "added"))


class AccompaniedVisit(Model):
    """Says that somebody went along with an assessor to watch how they assess, and what they saw.

    Personal data: who went with whom, and a note on somebody's work; kept: seven years.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="accompanied_visits", on_delete=RESTRICT
    )
    held = fields.DateField()
    note = fields.TextField()
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField()
    taken_back = fields.DatetimeField(null=True)

    person_id: UUID

    class Meta:
        table = "assessments_accompanied_visit"
        indexes = (("person_id",),)


def samples_visible_to(actor: Actor) -> QuerySet[QualitySample]:
    """Lists the sampled assessments of people over whose quality the actor watches."""
    return QualitySample.filter(reach(actor, "audit", "assessment__person"))


def draws_visible_to(actor: Actor) -> QuerySet[QualityDraw]:
    """Lists the draws of the actor's unit, to those who watch over quality there."""
    found = QualityDraw.filter(plan__unit_id=actor.unit_id)
    return found if actor.everywhere("audit") else found.filter(id__in=[])
