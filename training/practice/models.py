"""Tables of practice: groups led, supervision received, checks held; each corrected by a new row, never edited."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.reach import visible_filter
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Delivery(Model):
    """Is a group of parents that somebody led, as logged; `void` rows only take back the row they replace.

    `entry_key` comes with the form, so that a double post makes one row.
    Personal data: who led which group, where and when; kept: seven years after the last certification.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(unique=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="deliveries", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="deliveries", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="deliveries", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="deliveries", null=True, on_delete=RESTRICT
    )
    what = fields.CharField(80, default="group")
    group_name = fields.CharField(120)
    began = fields.DateField()
    ended = fields.DateField()
    sessions = fields.IntField()
    hours = fields.DecimalField(max_digits=6, decimal_places=2)
    role = fields.CharField(20)
    parents_enrolled = fields.IntField()
    parents_completing = fields.IntField()
    mode = fields.CharField(20)
    language = fields.CharField(40, default="")
    protocol = fields.CharField(80, default="")
    note = fields.TextField(default="")
    recorded = fields.DatetimeField()
    recorded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="deliveries_recorded", on_delete=RESTRICT
    )
    replaces: fields.OneToOneNullableRelation["Delivery"] = fields.OneToOneField(
        "practice.Delivery", related_name="replaced_by", null=True, on_delete=RESTRICT
    )
    void = fields.BooleanField(default=False)

    unit_id: UUID
    person_id: UUID
    site_id: UUID | None
    programme_id: UUID | None
    recorded_by_id: UUID
    replaces_id: UUID | None

    class Meta:
        table = "practice_delivery"
        indexes = (("person_id", "ended"),)


class DeliveryTeam(Model):
    """Is somebody who led the group too; `person` when they are known here, else the name alone.

    Personal data: name of the co-leader; kept: with the delivery.
    """

    id = fields.UUIDField(primary_key=True)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "practice.Delivery", related_name="team", on_delete=RESTRICT
    )
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="co_led", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(200)
    role = fields.CharField(20, default="co_leader")

    delivery_id: UUID
    person_id: UUID | None

    class Meta:
        table = "practice_delivery_team"


class Tailoring(Model):
    """Says what was changed in a part of the programme, for whom and why.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    delivery: fields.ForeignKeyRelation[Delivery] = fields.ForeignKeyField(
        "practice.Delivery", related_name="tailorings", on_delete=RESTRICT
    )
    component = fields.CharField(120)
    kind = fields.CharField(12)
    changed = fields.TextField()
    for_whom = fields.TextField(default="")
    why = fields.TextField(default="")

    delivery_id: UUID

    class Meta:
        table = "practice_tailoring"


class Supervision(Model):
    """Is one supervision session received, as logged.

    Personal data: who was supervised by whom, about what; kept: seven years after the last certification.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(unique=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="supervisions", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="supervisions", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="supervisions", null=True, on_delete=RESTRICT
    )
    supervisor: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="supervised", null=True, on_delete=RESTRICT
    )
    supervisor_name = fields.CharField(200)
    what = fields.CharField(80)
    held = fields.DateField()
    minutes = fields.IntField()
    mode = fields.CharField(20, default="")
    topics = fields.TextField(default="")
    note = fields.TextField(default="")
    delivery: fields.ForeignKeyNullableRelation[Delivery] = fields.ForeignKeyField(
        "practice.Delivery", related_name="supervisions", null=True, on_delete=RESTRICT
    )
    recorded = fields.DatetimeField()
    recorded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="supervisions_recorded", on_delete=RESTRICT
    )
    replaces: fields.OneToOneNullableRelation["Supervision"] = fields.OneToOneField(
        "practice.Supervision", related_name="replaced_by", null=True, on_delete=RESTRICT
    )
    void = fields.BooleanField(default=False)

    unit_id: UUID
    person_id: UUID
    programme_id: UUID | None
    supervisor_id: UUID | None
    delivery_id: UUID | None
    recorded_by_id: UUID
    replaces_id: UUID | None

    class Meta:
        table = "practice_supervision"
        indexes = (("person_id", "held"),)


class BackgroundCheck(Model):
    """Is a check that a coordinator has seen, such as an enhanced DBS check, and how long it holds.

    Personal data: that somebody was checked, never what was found; kept: six months after it is replaced or ends.
    """

    id = fields.UUIDField(primary_key=True)
    entry_key = fields.UUIDField(unique=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="checks", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="checks", on_delete=RESTRICT
    )
    what = fields.CharField(80)
    issued = fields.DateField()
    ends = fields.DateField(null=True)
    recorded = fields.DatetimeField()
    recorded_by: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="checks_recorded", on_delete=RESTRICT
    )
    replaces: fields.OneToOneNullableRelation["BackgroundCheck"] = fields.OneToOneField(
        "practice.BackgroundCheck", related_name="replaced_by", null=True, on_delete=RESTRICT
    )
    void = fields.BooleanField(default=False)

    unit_id: UUID
    person_id: UUID
    recorded_by_id: UUID
    replaces_id: UUID | None

    class Meta:
        table = "practice_check"
        indexes = (("person_id", "what"),)


def deliveries_visible_to(actor: Actor) -> QuerySet[Delivery]:
    """Lists the deliveries that stand (not corrected, not taken back) of the people the actor may see."""
    return Delivery.filter(visible_filter(actor), replaced_by__isnull=True, void=False)


def supervisions_visible_to(actor: Actor) -> QuerySet[Supervision]:
    """Lists the supervision that stands of the people the actor may see."""
    return Supervision.filter(visible_filter(actor), replaced_by__isnull=True, void=False)


def checks_visible_to(actor: Actor) -> QuerySet[BackgroundCheck]:
    """Lists the checks that stand of the people the actor may see."""
    return BackgroundCheck.filter(visible_filter(actor), replaced_by__isnull=True, void=False)
