"""Tables of instruments and assessments: versions, who rates whom with what, every mark, and the signatures."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import reach
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Instrument(Model):
    """Names an assessment instrument of a central unit; what it asks stands in its versions.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="instruments", on_delete=RESTRICT
    )
    name = fields.CharField(120)

    unit_id: UUID

    class Meta:
        table = "assessments_instrument"
        unique_together = (("unit", "name"),)


class InstrumentVersion(Model):
    """Is one version of an instrument: its whole body as written, and the hash of that; never changed.

    Personal data: published_by (own id); kept: as long as the version.
    """

    id = fields.UUIDField(primary_key=True)
    instrument: fields.ForeignKeyRelation[Instrument] = fields.ForeignKeyField(
        "assessments.Instrument", related_name="versions", on_delete=RESTRICT
    )
    version = fields.CharField(40)
    title = fields.CharField(200)
    kind = fields.CharField(12)
    body: Any = fields.TextField()  # canonical JSON as text: PostgreSQL would reorder the keys, and items have an order
    digest = fields.CharField(64)
    published = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    instrument_id: UUID

    class Meta:
        table = "assessments_instrument_version"
        unique_together = (("instrument", "version"),)


class CalibrationRun(Model):
    """Says how far a rater agreed with the standard of an instrument, in percent, on a day.

    Personal data: who was calibrated and how well; kept: seven years.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="calibrations", on_delete=RESTRICT
    )
    instrument: fields.ForeignKeyRelation[Instrument] = fields.ForeignKeyField(
        "assessments.Instrument", related_name="calibrations", on_delete=RESTRICT
    )
    agreement = fields.FloatField()
    held = fields.DateField()
    recorded = fields.DatetimeField()
    recorded_by = fields.UUIDField(null=True)

    person_id: UUID
    instrument_id: UUID

    class Meta:
        table = "assessments_calibration"
        indexes = (("person_id", "instrument_id"),)


LEFT = "left"
"""State of a rater whose part was handed on or ended with the assessment."""


class Assessment(Model):
    """Is one person judged with one instrument version: open → submitted (or reconciling → submitted) → signed.

    Until the first signature it can be cancelled, with the reason. One that is signed counts until it is `set_aside`.

    Personal data: who was assessed, when and how it came out; kept: seven years after the last certification.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(unique=True)
    # Who began it for whom, with what, of which day and group; until somebody hands in: a double begin makes one.
    slot = fields.CharField(300, null=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="assessments", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="assessments", on_delete=RESTRICT
    )
    version: fields.ForeignKeyRelation[InstrumentVersion] = fields.ForeignKeyField(
        "assessments.InstrumentVersion", related_name="assessments", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="assessments", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="assessments", null=True, on_delete=RESTRICT
    )
    delivery_id = fields.UUIDField(null=True)  # a delivery of the room next door, known by its id only
    group_name = fields.CharField(120, default="")
    observed = fields.DateField()
    medium = fields.CharField(8)
    state = fields.CharField(12, default="open")
    blind = fields.BooleanField(default=True)
    independent = fields.BooleanField(default=False)
    raters_needed = fields.IntField(default=1)
    opened = fields.DatetimeField()
    opened_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="assessments_opened", on_delete=RESTRICT
    )
    touched = fields.DatetimeField()  # written first in each change, so that changes of one assessment queue up
    signed = fields.DatetimeField(null=True)
    outcome = fields.CharField(12, default="")
    summary: Any = fields.JSONField(default=list)
    cancelled_because = fields.TextField(null=True)
    set_aside = fields.DatetimeField(null=True)
    set_aside_because = fields.TextField(null=True)

    unit_id: UUID
    person_id: UUID
    version_id: UUID
    site_id: UUID | None
    programme_id: UUID | None
    opened_by_id: UUID

    class Meta:
        table = "assessments_assessment"
        indexes = (("person_id", "state"),)
        unique_together = (("slot",),)


class Rater(Model):
    """Is somebody who rates in an assessment, and what was found about their eligibility when they signed.

    Somebody who left has the state `left`, and the reason as `note`.

    Personal data: who rated, their relations to the trainee as found; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.ForeignKeyRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="raters", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="ratings_to_do", on_delete=RESTRICT
    )
    state = fields.CharField(12, default="rating")
    note = fields.TextField(default="")
    submitted = fields.DatetimeField(null=True)
    eligibility: Any = fields.JSONField(null=True)

    assessment_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_rater"
        unique_together = (("assessment", "person"),)


class Draft(Model):
    """Keeps a mark that is not handed in yet; replaced freely, gone when the rating is handed in.

    Personal data: a note may describe what was seen; kept: until handed in.
    """

    id = fields.UUIDField(primary_key=True)
    rater: fields.ForeignKeyRelation[Rater] = fields.ForeignKeyField(
        "assessments.Rater", related_name="drafts", on_delete=RESTRICT
    )
    item = fields.CharField(80)
    mark: Any = fields.JSONField(null=True)
    note = fields.TextField(default="")
    saved = fields.DatetimeField()

    rater_id: UUID

    class Meta:
        table = "assessments_draft"
        unique_together = (("rater", "item"),)


class Rating(Model):
    """Is one rater's mark of one item, as handed in; never changed.

    Personal data: a note may describe what was seen; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.ForeignKeyRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="ratings", on_delete=RESTRICT
    )
    rater: fields.ForeignKeyRelation[Rater] = fields.ForeignKeyField(
        "assessments.Rater", related_name="ratings", on_delete=RESTRICT
    )
    item = fields.CharField(80)
    attempt = fields.IntField(default=1)
    mark: Any = fields.JSONField()
    note = fields.TextField(default="")
    recorded = fields.DatetimeField()

    assessment_id: UUID
    rater_id: UUID

    class Meta:
        table = "assessments_rating"
        unique_together = (("assessment", "rater", "item", "attempt"),)


class Reconciliation(Model):
    """Is the mark that the raters agreed on for one item, with their reasons; never changed.

    Personal data: who wrote it; reasons may describe what was seen; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.ForeignKeyRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="reconciliations", on_delete=RESTRICT
    )
    item = fields.CharField(80)
    mark: Any = fields.JSONField()
    reasons = fields.TextField()
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="reconciliations", on_delete=RESTRICT
    )
    recorded = fields.DatetimeField()

    assessment_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_reconciliation"
        unique_together = (("assessment", "item"),)


class Signature(Model):
    """Is one rater's signature under an assessment: the hash of what was signed, and the eligibility found that day.

    Personal data: who signed, their relations to the trainee as found; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.ForeignKeyRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="signatures", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="signatures", on_delete=RESTRICT
    )
    signed = fields.DatetimeField()
    digest = fields.CharField(64)
    eligibility: Any = fields.JSONField()

    assessment_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_signature"
        unique_together = (("assessment", "person"),)


def visible_to(actor: Actor) -> QuerySet[Assessment]:
    """Lists the assessments the actor rates, and those of people the actor may see; a trainee sees own signed ones."""
    found = Q(person_id=actor.person_id, state="signed")
    found |= reach(actor, "see people") & ~Q(person_id=actor.person_id)
    if actor.may("assess"):  # whoever was asked to rate goes on, wherever the trainee is by now
        rated = Rater.filter(person_id=actor.person_id).exclude(state=LEFT).values("assessment_id")
        found |= Q(unit_id=actor.unit_id, id__in=Subquery(rated))
    return Assessment.filter(found)
