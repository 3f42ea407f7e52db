"""Tables of instruments: each with its versions, which never change, and how raters agreed with its standard."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.people.models import Person
from training.sites.models import CentralUnit

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
