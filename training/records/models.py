"""Tables of records: dated things that count as evidence, who took part, what was changed, who was asked to confirm."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, RawSQL
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import of_sites, visible_filter
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Record(Model):
    """Is one dated thing that somebody, or a site, did or holds: of a type and name of the pathway language.

    The holder is `person` or `holder_site`. `programme` is where it counts; what belongs to the person has none.
    `name` is what people call it ("Tuesday group"), `site` where it was, `listed` the day under which it is listed: on
    which it was done or begins, else on which it was recorded. `attributes` are those of the language.
    `counts_at_once` says that whoever recorded it could say so; all others wait for a confirmation. A wrong record is
    corrected by one that `replaces` it, or taken back by a `void` one; `reason` says why. `state` is how it stands by
    its confirmations, "" without any: kept beside them so that what waits is found among many. `entry_key` comes with
    the form, so that a double post makes one row. What a program told has its holder as `recorded_by`, as if they had
    logged it, and beside that its `program_id`, and what the `program` was called.
    Personal data: what the person did or holds; kept: as long as a certification rests on it, then seven years; checks
    say that somebody was checked, never what was found.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(unique=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="records", on_delete=RESTRICT
    )
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="records", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_records", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="records", null=True, on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="records", null=True, on_delete=RESTRICT
    )
    type = fields.CharField(20)
    what = fields.CharField(200)
    name = fields.CharField(200, default="")
    began = fields.DateField(null=True)
    on = fields.DateField(null=True)
    until = fields.DateField(null=True)
    listed = fields.DateField()
    attributes = fields.JSONField[dict[str, Any]]()
    about: fields.ForeignKeyNullableRelation["Record"] = fields.ForeignKeyField(
        "records.Record", related_name="told_by", null=True, on_delete=RESTRICT
    )
    note = fields.TextField(default="")
    counts_at_once = fields.BooleanField(default=False)
    recorded = fields.DatetimeField()
    recorded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="recorded", on_delete=RESTRICT
    )
    replaces: fields.OneToOneNullableRelation["Record"] = fields.OneToOneField(
        "records.Record", related_name="replaced_by", null=True, on_delete=RESTRICT
    )
    void = fields.BooleanField(default=False)
    reason = fields.TextField(default="")
    state = fields.CharField(12, default="", db_default="")
    program_id = fields.UUIDField(null=True)
    program = fields.CharField(200, default="", db_default="")

    participants: fields.ReverseRelation["Participant"]
    unit_id: UUID
    person_id: UUID | None
    holder_site_id: UUID | None
    programme_id: UUID | None
    site_id: UUID | None
    about_id: UUID | None
    recorded_by_id: UUID
    replaces_id: UUID | None

    class Meta:
        table = "records_record"
        indexes = (
            ("site_id",),
            ("recorded_by_id",),
            ("about_id",),
            ("person_id", "listed"),
            ("holder_site_id",),
            ("listed", "id"),
            ("unit_id", "counts_at_once", "state", "recorded"),
        )


class Participant(Model):
    """Is somebody who took part in what a record tells; `person` when they are known here, else the name alone.

    `part` is "team" (led it too) or "by" (signed, supervised, taught); `role` is their role in the team, or the body of
    the programme for which they signed. `attributes` are what rules ask of each member of a team; the holder has a row
    only where there are some.
    Personal data: name of the other; kept: with the record.
    """

    id = fields.UUIDField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "records.Record", related_name="participants", on_delete=RESTRICT
    )
    part = fields.CharField(8)
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="took_part", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(200)
    role = fields.CharField(60, default="")
    attributes = fields.JSONField[dict[str, Any]](default=dict)

    record_id: UUID
    person_id: UUID | None

    class Meta:
        table = "records_participant"
        indexes = (("record_id",), ("person_id",))


class Tailoring(Model):
    """Says what was changed or left out in a part of the programme, for whom and why.

    `limits` are those of the part as they stood then. `judged` is within, outside, or "" as long as nobody has said.
    Personal data: judged_by_id; kept: with the record.
    """

    id = fields.UUIDField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "records.Record", related_name="tailorings", on_delete=RESTRICT
    )
    component = fields.CharField(120)
    kind = fields.CharField(12)
    changed = fields.TextField()
    for_whom = fields.TextField(default="")
    why = fields.TextField(default="")
    how = fields.CharField(12, default="changed", db_default="changed")
    limits = fields.TextField(default="", db_default="")
    judged = fields.CharField(8, default="", db_default="")
    judged_by_id = fields.UUIDField(null=True)
    judged_note = fields.TextField(default="", db_default="")

    record_id: UUID

    class Meta:
        table = "records_tailoring"
        indexes = (("record_id",),)


class RecordFile(Model):
    """Is a file that proves a record: a photo of a paper, a film's notes; kept under a random name.

    `agreed` says that everybody who can be recognised in it agreed, or that nobody can be.
    Personal data: file_name and the stored file; kept: with the record.
    """

    id = fields.UUIDField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "records.Record", related_name="files", on_delete=RESTRICT
    )
    file_name = fields.CharField(200)
    stored = fields.CharField(100)
    sha256 = fields.CharField(64)
    agreed = fields.BooleanField()

    record_id: UUID

    class Meta:
        table = "records_file"
        indexes = (("record_id",),)


class FeedbackRound(Model):
    """Is a link by which the parents of one delivery say what they think, without names, until it closes.

    `what` is the name under which the rules count it, `last_answer` the day on which the latest one came.
    Personal data: who opened it; kept: with the record.
    """

    id = fields.UUIDField(primary_key=True)
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "records.Record", related_name="feedback_rounds", on_delete=RESTRICT
    )
    what = fields.CharField(200)
    token = fields.CharField(43, unique=True)
    opened = fields.DatetimeField()
    opened_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="feedback_rounds", on_delete=RESTRICT
    )
    closes = fields.DatetimeField()
    closed = fields.DatetimeField(null=True)
    last_answer = fields.DateField(null=True)

    answers: fields.ReverseRelation["FeedbackAnswer"]
    record_id: UUID

    class Meta:
        table = "records_feedback_round"
        indexes = (("opened_by_id",), ("record_id",))


class FeedbackAnswer(Model):
    """Is what one parent said of a delivery; nothing here tells who, or when.

    `slip` comes with the page, so that a phone answers once. `passed_on`: the words may reach who writes the material.
    Personal data: words, without a name, hidden while few have answered; kept: with the record.
    """

    id = fields.UUIDField(primary_key=True)
    round: fields.ForeignKeyRelation[FeedbackRound] = fields.ForeignKeyField(
        "records.FeedbackRound", related_name="answers", on_delete=RESTRICT
    )
    slip = fields.UUIDField(unique=True)
    useful = fields.IntField()
    listened = fields.IntField()
    recommends = fields.BooleanField()
    words = fields.TextField(default="")
    passed_on = fields.BooleanField(default=False)
    on_paper = fields.BooleanField(default=False)

    round_id: UUID

    class Meta:
        table = "records_feedback_answer"
        indexes = (("round_id",),)


class Confirmation(Model):
    """Asks one named person to confirm one record; moves asked → confirmed, disputed or expired, confirmed → disputed.

    Each move has its own moment, so that the past can be told as it was known.
    Personal data: name and address of the confirmer, their note; kept: with the record they confirm.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="confirmations", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="confirmations_about", on_delete=RESTRICT
    )
    record: fields.ForeignKeyRelation[Record] = fields.ForeignKeyField(
        "records.Record", related_name="confirmations", on_delete=RESTRICT
    )
    confirmer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="confirmations", null=True, on_delete=RESTRICT
    )
    confirmer_name = fields.CharField(200)
    contact = fields.CharField(254, default="")
    state = fields.CharField(12, default="asked")
    strength = fields.CharField(16, default="")
    asked = fields.DatetimeField()
    expires = fields.DatetimeField()
    answered = fields.DatetimeField(null=True)
    dispute_until = fields.DatetimeField(null=True)
    disputed = fields.DatetimeField(null=True)
    closed = fields.DatetimeField(null=True)
    note = fields.TextField(default="")
    dispute_note = fields.TextField(default="")

    unit_id: UUID
    person_id: UUID
    record_id: UUID
    confirmer_id: UUID | None

    class Meta:
        table = "records_confirmation"
        indexes = (("record_id",), ("confirmer_id", "state"), ("person_id", "state"))


class ConfirmationLink(Model):
    """Is a link that answers one confirmation once; only a hash of its token is stored.

    One that is `passed_on` was shown to the holder of the record, to send it to whom they named.
    Personal data: none.
    """

    token_hash = fields.CharField(64, primary_key=True)
    confirmation: fields.ForeignKeyRelation[Confirmation] = fields.ForeignKeyField(
        "records.Confirmation", related_name="links", on_delete=RESTRICT
    )
    made = fields.DatetimeField()
    expires = fields.DatetimeField()
    used = fields.DatetimeField(null=True)
    passed_on = fields.BooleanField(default=False)

    confirmation_id: UUID

    class Meta:
        table = "records_confirmation_link"
        indexes = (("confirmation_id",),)


def standing(records: QuerySet[Record]) -> QuerySet[Record]:
    """Lists those records that were neither corrected nor taken back."""
    # Of a LEFT JOIN that finds nothing PostgreSQL expects one row, and then reads every site for each of a million.
    replaced = RawSQL("EXISTS (SELECT 1 FROM records_record later WHERE later.replaces_id = records_record.id)")
    return records.filter(void=False).annotate(replaced=replaced).filter(replaced=RawSQL("FALSE"))


def records_visible_to(actor: Actor) -> QuerySet[Record]:
    """Lists the records that stand of the people and sites the actor may see."""
    if not actor.everywhere("see people"):
        return standing(Record.filter(visible_filter(actor) | of_sites(actor, "see people")))
    # Who is hidden is looked up for each row: of a join PostgreSQL reads everybody before it gives the first.
    hidden = RawSQL("""EXISTS (SELECT 1 FROM people_person hidden WHERE hidden.id = records_record.person_id
        AND (hidden.test_user OR hidden.merged_into_id IS NOT NULL))""")
    ours = standing(Record.filter(unit_id=actor.unit_id)).annotate(hidden=hidden)
    return ours.filter(Q(person_id=actor.person_id) | Q(hidden=RawSQL("FALSE")))


def confirmations_visible_to(actor: Actor) -> QuerySet[Confirmation]:
    """Lists the confirmations about people the actor may see, and those the actor is asked for."""
    return Confirmation.filter(visible_filter(actor) | Q(unit_id=actor.unit_id, confirmer_id=actor.person_id))
