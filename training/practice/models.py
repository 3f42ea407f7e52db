"""Tables of practice: groups led, supervision received, checks held, and who was asked to confirm them."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import visible_filter
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
    delivery: fields.ForeignKeyNullableRelation[Delivery] = fields.ForeignKeyField(
        "practice.Delivery", related_name="confirmations", null=True, on_delete=RESTRICT
    )
    supervision: fields.ForeignKeyNullableRelation[Supervision] = fields.ForeignKeyField(
        "practice.Supervision", related_name="confirmations", null=True, on_delete=RESTRICT
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
    delivery_id: UUID | None
    supervision_id: UUID | None
    confirmer_id: UUID | None

    class Meta:
        table = "practice_confirmation"
        indexes = (("confirmer_id", "state"), ("person_id", "state"))


class ConfirmationLink(Model):
    """Is a link that answers one confirmation once; only a hash of its token is stored.

    Personal data: none.
    """

    token_hash = fields.CharField(64, primary_key=True)
    confirmation: fields.ForeignKeyRelation[Confirmation] = fields.ForeignKeyField(
        "practice.Confirmation", related_name="links", on_delete=RESTRICT
    )
    made = fields.DatetimeField()
    expires = fields.DatetimeField()
    used = fields.DatetimeField(null=True)

    confirmation_id: UUID

    class Meta:
        table = "practice_confirmation_link"


def confirmations_visible_to(actor: Actor) -> QuerySet[Confirmation]:
    """Lists the confirmations about people the actor may see, and those the actor is asked for."""
    return Confirmation.filter(visible_filter(actor) | Q(unit_id=actor.unit_id, confirmer_id=actor.person_id))
