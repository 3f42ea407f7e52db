"""Tables of programs that may ask: who they are, what was proved once, what a repeated request is answered."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.sites.models import Area, CentralUnit, Site

RESTRICT = fields.OnDelete.RESTRICT


class ApiClient(Model):
    """Is a program of a unit, or of a site or an area in it: what it may, and the keys by which it proves who it is.

    `state` is active, suspended or ended. Its keys stand at `key_set_url`, or in `keys` as JSON Web Keys; `former_keys`
    are those of both before the last change, to go back to. `contact` answers for it.
    Personal data: contact (a work address), registered_by_id; kept: as long as the unit exists.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="api_clients", on_delete=RESTRICT
    )
    area: fields.ForeignKeyNullableRelation[Area] = fields.ForeignKeyField(
        "sites.Area", related_name="api_clients", null=True, on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="api_clients", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(200)
    contact = fields.CharField(200)
    scopes: Any = fields.JSONField()
    key_set_url = fields.CharField(1000, default="")
    keys: Any = fields.JSONField()
    former_keys: Any = fields.JSONField(null=True)
    state = fields.CharField(10, default="active")
    registered = fields.DatetimeField()
    registered_by_id = fields.UUIDField(null=True)

    unit_id: UUID
    area_id: UUID | None
    site_id: UUID | None

    class Meta:
        table = "clients_api_client"
        indexes = (("area_id",), ("site_id",))


class UsedAssertion(Model):
    """Remembers that an assertion has got a token, so that it gets one; `id` is the hash of its client and its name.

    Personal data: none; kept: until it would have run out.
    """

    id = fields.CharField(64, primary_key=True)
    expires = fields.DatetimeField(db_index=True)

    class Meta:
        table = "clients_used_assertion"


class KeyedAnswer(Model):
    """Is what a request with an Idempotency-Key was answered: sent once more, it is answered so again.

    `id` is the hash of client, operation and key, `digest` that of what was sent.
    Personal data: ids of what was made; kept: a day.
    """

    id = fields.CharField(64, primary_key=True)
    digest = fields.CharField(64)
    answer: Any = fields.JSONField()
    expires = fields.DatetimeField(db_index=True)

    class Meta:
        table = "clients_keyed_answer"


def visible_to(actor: Actor) -> QuerySet[ApiClient]:
    """Lists the programs of the actor's unit, for those who connect systems."""
    return ApiClient.filter(unit_id=actor.unit_id) if actor.may("connect systems") else ApiClient.filter(id=None)
