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

    `text` is the file it came from, with its notes and in its order; none where it came before these were kept.

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
    text = fields.TextField(null=True)
    digest = fields.CharField(64)
    published = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    instrument_id: UUID

    class Meta:
        table = "assessments_instrument_version"
        unique_together = (("instrument", "version"),)


class CalibrationRun(Model):
    """Says how far a rater agreed with the standard of an instrument, in percent, on a day.

    One that was mistyped is taken back: it stays, with the reason as `note`, and counts no more.
    Personal data: who was calibrated and how well, who wrote it; kept: seven years.
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
    taken_back = fields.DatetimeField(null=True)
    taken_back_by = fields.UUIDField(null=True)
    note = fields.TextField(null=True)

    person_id: UUID
    instrument_id: UUID

    class Meta:
        table = "assessments_calibration"
        indexes = (("person_id", "instrument_id"),)


LEFT = "left"
"""State of a rater whose part was handed on or ended with the assessment."""
THIRD, DECIDING = "third", "deciding"
"""States of an assessment whose raters do not agree: one more rates, or somebody decides."""


class Assessment(Model):
    """Is one person judged with one instrument version: open → submitted (or reconciling → submitted) → signed.

    Where its raters do not agree it goes from reconciling to `third` or `deciding`, and then to submitted.
    Where a signature does not count alone it waits in between, in the state `countersign`, until a colleague has
    countersigned or `returned` it. Until the first signature it can be cancelled, with the reason. One that is signed
    counts until it is `set_aside`. One that was returned is rated again as another row, which `corrects` it.

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
    extended = fields.DatetimeField(null=True)
    cancelled_because = fields.TextField(null=True)
    set_aside = fields.DatetimeField(null=True)
    set_aside_because = fields.TextField(null=True)
    corrects: fields.ForeignKeyNullableRelation["Assessment"] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="corrections", null=True, on_delete=RESTRICT
    )
    corrects_because = fields.TextField(null=True)

    unit_id: UUID
    person_id: UUID
    version_id: UUID
    site_id: UUID | None
    programme_id: UUID | None
    opened_by_id: UUID
    corrects_id: UUID | None

    class Meta:
        table = "assessments_assessment"
        indexes = (("opened_by_id",), ("site_id",), ("person_id", "state"), ("corrects_id",))
        unique_together = (("slot",),)


class Visit(Model):
    """Is when and where an assessment is watched: planned, perhaps changed, called off with the assessment.

    `sequence` counts the changes, as calendars ask. Source: https://www.rfc-editor.org/rfc/rfc5545#section-3.8.7.4

    Personal data: a place and the way there may say where somebody lives; kept: with the assessment, and gone with the
    name of who was assessed.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.OneToOneRelation[Assessment] = fields.OneToOneField(
        "assessments.Assessment", related_name="visit", on_delete=RESTRICT
    )
    starts = fields.DatetimeField()
    ends = fields.DatetimeField()
    place = fields.CharField(200)
    directions = fields.TextField(default="")
    sequence = fields.IntField(default=0)
    changed = fields.DatetimeField()
    called_off = fields.DatetimeField(null=True)

    assessment_id: UUID

    class Meta:
        table = "assessments_visit"


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
        indexes = (("person_id", "state"),)
        unique_together = (("assessment", "person"),)


class Draft(Model):
    """Keeps a mark that is not handed in yet; replaced freely, gone when the rating is handed in.

    `device_draft` names the draft on a device that it was sent from: sent again, it is no other draft.
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
    device_draft = fields.UUIDField(null=True)

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
        indexes = (("rater_id",),)
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
        indexes = (("person_id",),)
        unique_together = (("assessment", "item"),)


class Disagreement(Model):
    """Says that raters do not agree, why, and who was asked: to rate, too (`third`), or to decide (`decision`).

    It is settled by what they say, or called off before.

    Personal data: who said so and who was asked; reasons may describe what was seen; kept: with the assessment.
    """

    id = fields.UUIDField(primary_key=True)
    assessment: fields.ForeignKeyRelation[Assessment] = fields.ForeignKeyField(
        "assessments.Assessment", related_name="disagreements", on_delete=RESTRICT
    )
    raised_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="disagreements_raised", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="disagreements_to_settle", on_delete=RESTRICT
    )
    way = fields.CharField(8)
    reason = fields.TextField()
    raised = fields.DatetimeField()
    settled = fields.DatetimeField(null=True)
    called_off = fields.DatetimeField(null=True)

    assessment_id: UUID
    raised_by_id: UUID
    person_id: UUID

    class Meta:
        table = "assessments_disagreement"
        indexes = (("assessment_id",), ("raised_by_id",), ("person_id",))


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
        indexes = (("person_id",),)
        unique_together = (("assessment", "person"),)


def visible_to(actor: Actor) -> QuerySet[Assessment]:
    """Lists the assessments the actor rates, and those of people the actor may see; a trainee sees own signed ones."""
    found = Q(person_id=actor.person_id, state="signed")
    found |= reach(actor, "see people") & ~Q(person_id=actor.person_id)
    if actor.may("assess"):  # whoever was asked to rate goes on, wherever the trainee is by now
        rated = Rater.filter(person_id=actor.person_id).exclude(state=LEFT).values("assessment_id")
        found |= Q(unit_id=actor.unit_id, id__in=Subquery(rated))
    return Assessment.filter(found)


def visits_visible_to(actor: Actor) -> QuerySet[Visit]:
    """Lists the visits to the actor, those at which they rate, and those to people whom they may see."""
    found = Q(assessment__person_id=actor.person_id) | reach(actor, "see people", "assessment__person")
    if actor.may("assess"):
        rated = Rater.filter(person_id=actor.person_id).exclude(state=LEFT).values("assessment_id")
        found |= Q(assessment__unit_id=actor.unit_id, assessment_id__in=Subquery(rated))
    return Visit.filter(found)
