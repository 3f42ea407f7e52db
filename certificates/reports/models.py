"""Tables of reports: a question with a name, who gets the link to its answers, and each answer as it was given."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT
ABILITY = "keep reports"


class SavedReport(Model):
    """Is a question that is asked again and again: of which list, how it is narrowed, and of which days.

    `days` is what `rules.Days` reads. `next_due` is when it is asked by itself next; none: it is not.
    Personal data: whose it is; kept: for ever, with its answers.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="reports", on_delete=RESTRICT
    )
    owner: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="reports", on_delete=RESTRICT
    )
    name = fields.CharField(80)
    listing = fields.CharField(100)
    filters = fields.JSONField[dict[str, str]]()
    days = fields.JSONField[dict[str, str]]()
    shared = fields.BooleanField(default=True)
    every = fields.CharField(5, default="")
    next_due = fields.DatetimeField(null=True, db_index=True)
    made = fields.DatetimeField()
    answered = fields.DatetimeField(null=True)
    put_away = fields.DatetimeField(null=True)

    unit_id: UUID
    owner_id: UUID

    class Meta:
        table = "reports_report"
        indexes = (("unit_id", "name"), ("owner_id",))


class ReportReader(Model):
    """Is somebody who gets the link to each answer that comes by itself, until it is `stopped`.

    Personal data: who gets it; kept: as long as the report.
    """

    id = fields.UUIDField(primary_key=True)
    report: fields.ForeignKeyRelation[SavedReport] = fields.ForeignKeyField(
        "reports.SavedReport", related_name="readers", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="report_links", on_delete=RESTRICT
    )
    added = fields.DatetimeField()
    stopped = fields.DatetimeField(null=True)

    report_id: UUID
    person_id: UUID

    class Meta:
        table = "reports_reader"
        unique_together = (("report", "person"),)
        indexes = (("person_id",),)


class ReportAnswer(Model):
    """Is one answer as it was given: to what question, as known at which moment, its rows and their digest.

    `due` is the day for which it came by itself. `rows` hold no names of people, and are none where there are many.
    `repeats` is the answer that this one is compared with.
    Personal data: who asked; of certificates their ids and serials; kept: for ever, it is what was reported.
    """

    id = fields.UUIDField(primary_key=True)
    report: fields.ForeignKeyRelation[SavedReport] = fields.ForeignKeyField(
        "reports.SavedReport", related_name="answers", on_delete=RESTRICT
    )
    repeats: fields.ForeignKeyNullableRelation["ReportAnswer"] = fields.ForeignKeyField(
        "reports.ReportAnswer", related_name="repeated", on_delete=RESTRICT, null=True
    )
    asked_by_id = fields.UUIDField(null=True)
    due = fields.DateField(null=True)
    extracted = fields.DatetimeField()
    known = fields.DatetimeField()
    question = fields.JSONField[dict[str, str]]()
    columns = fields.JSONField[list[dict[str, Any]]]()
    notes = fields.JSONField[list[str]]()
    rows: Any = fields.JSONField(null=True)
    count = fields.IntField()
    digest = fields.CharField(64)

    report_id: UUID
    repeats_id: UUID | None

    class Meta:
        table = "reports_answer"
        unique_together = (("report", "due"),)
        indexes = (("report_id", "extracted"), ("repeats_id",))

    @property
    def as_of(self) -> date:
        """The day that was asked about."""
        return date.fromisoformat(self.question["as_of"])


def reports_for(actor: Actor) -> QuerySet[SavedReport]:
    """Lists the reports that somebody may see: shared ones, their own, and those of which they get the link."""
    if not actor.everywhere(ABILITY):
        return SavedReport.filter(id__in=[])
    gets = ReportReader.filter(person_id=actor.person_id, stopped__isnull=True).values("report_id")
    return SavedReport.filter(
        Q(shared=True) | Q(owner_id=actor.person_id) | Q(id__in=Subquery(gets)), unit_id=actor.unit_id
    )


def answers_for(actor: Actor) -> QuerySet[ReportAnswer]:
    """Lists the answers of the reports that somebody may see."""
    return ReportAnswer.filter(report_id__in=Subquery(reports_for(actor).values("id")))


def due_before(now: datetime) -> QuerySet[SavedReport]:
    """Lists the reports that are to be asked by themselves by now."""
    return SavedReport.filter(next_due__lte=now)
