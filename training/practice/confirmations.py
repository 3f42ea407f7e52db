"""Tables of confirmation: who was asked to confirm a record, what they answered and how strongly."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.reach import visible_filter
from training.practice.models import Delivery, Supervision
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


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
