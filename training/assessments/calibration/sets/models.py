"""Tables of calibration sets: written sessions with their standard marks, and how assessors rated them."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.assessments.models import RESTRICT, CalibrationRun, InstrumentVersion
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import reach
from training.sites.models import CentralUnit


class CalibrationSet(Model):
    """Is a set of vignettes for one version of an instrument: draft → published → closed.

    Published it never changes; another set `follows` it. A mark that is no more than `tolerance` levels from the
    standard agrees. Each assessor has so many `tries`, with `wait_days` between them.

    Personal data: who made it; kept: as long as the calibrations by it.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="calibration_sets", on_delete=RESTRICT
    )
    version: fields.ForeignKeyRelation[InstrumentVersion] = fields.ForeignKeyField(
        "assessments.InstrumentVersion", related_name="calibration_sets", on_delete=RESTRICT
    )
    follows: fields.ForeignKeyNullableRelation["CalibrationSet"] = fields.ForeignKeyField(
        "assessments.CalibrationSet", related_name="followers", null=True, on_delete=RESTRICT
    )
    title = fields.CharField(200)
    tolerance = fields.FloatField()
    tries = fields.IntField()
    wait_days = fields.IntField()
    state = fields.CharField(12, default="draft")
    made = fields.DatetimeField()
    made_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="calibration_sets", on_delete=RESTRICT
    )
    published = fields.DatetimeField(null=True)

    unit_id: UUID
    version_id: UUID
    follows_id: UUID | None
    made_by_id: UUID

    class Meta:
        table = "assessments_calibration_set"
        indexes = (("unit_id", "state"), ("version_id",), ("follows_id",), ("made_by_id",))


class Vignette(Model):
    """Is a written session of a set, with the standard mark of each item (`marks`) and why it is that (`notes`).

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    set: fields.ForeignKeyRelation[CalibrationSet] = fields.ForeignKeyField(
        "assessments.CalibrationSet", related_name="vignettes", on_delete=RESTRICT
    )
    position = fields.IntField()
    title = fields.CharField(200)
    text = fields.TextField()
    marks: Any = fields.JSONField()
    notes: Any = fields.JSONField()

    set_id: UUID

    class Meta:
        table = "assessments_vignette"
        unique_together = (("set", "position"),)


class CalibrationAttempt(Model):
    """Is one try of an assessor at a set: answers as saved so far (`draft`), and as handed in, with the agreement.

    `answers` is the position of a vignette → item → mark; `run` is the calibration that came of it.

    Personal data: how well somebody rated; kept: seven years.
    """

    id = fields.UUIDField(primary_key=True)
    set: fields.ForeignKeyRelation[CalibrationSet] = fields.ForeignKeyField(
        "assessments.CalibrationSet", related_name="attempts", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="calibration_attempts", on_delete=RESTRICT
    )
    number = fields.IntField()
    begun = fields.DatetimeField()
    draft: Any = fields.JSONField(default=dict)
    handed_in = fields.DatetimeField(null=True)
    answers: Any = fields.JSONField(null=True)
    agreement = fields.FloatField(null=True)
    run: fields.ForeignKeyNullableRelation[CalibrationRun] = fields.ForeignKeyField(
        "assessments.CalibrationRun", related_name="attempts", null=True, on_delete=RESTRICT
    )

    set_id: UUID
    person_id: UUID
    run_id: UUID | None

    class Meta:
        table = "assessments_calibration_attempt"
        unique_together = (("set", "person", "number"),)
        indexes = (("person_id",), ("run_id",))


def sets_for(actor: Actor) -> QuerySet[CalibrationSet]:
    """Lists every set of the actor's unit, for those who decide there."""
    found = CalibrationSet.filter(unit_id=actor.unit_id)
    return found if actor.everywhere("decide") else found.filter(id__in=[])


def offered_to(actor: Actor) -> QuerySet[CalibrationSet]:
    """Lists the sets that assessors of the actor's unit can rate."""
    return CalibrationSet.filter(unit_id=actor.unit_id, state="published")


def begun_by(actor: Actor) -> QuerySet[CalibrationSet]:
    """Lists the sets that the actor has begun and not handed in: a set that was closed since can be finished."""
    begun = CalibrationAttempt.filter(person_id=actor.person_id, handed_in__isnull=True).values("set_id")
    return CalibrationSet.filter(unit_id=actor.unit_id, id__in=Subquery(begun))


def attempts_visible_to(actor: Actor) -> QuerySet[CalibrationAttempt]:
    """Lists the actor's own tries, and those that were handed in by people for whom the actor decides."""
    return CalibrationAttempt.filter(
        Q(person_id=actor.person_id) | (reach(actor, "decide") & Q(handed_in__isnull=False))
    )
