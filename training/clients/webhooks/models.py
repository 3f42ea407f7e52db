"""The table of webhooks: where a program is told of what happened, and what proves that it was us."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.clients.models import ApiClient


class Webhook(Model):
    """Is the address at which a program is told of some kinds of event, signed with a secret that both know.

    What is sent waits as follow-up work. After a new secret was made, the `former_secret` signs, too, until
    `former_until`, so that the receiver has time to change. A `stopped` one is told nothing.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    client: fields.OneToOneRelation[ApiClient] = fields.OneToOneField(
        "clients.ApiClient", related_name="webhook", on_delete=fields.OnDelete.RESTRICT
    )
    url = fields.CharField(1000)
    events: Any = fields.JSONField()
    secret = fields.TextField()  # encrypted
    former_secret = fields.TextField(default="")  # encrypted
    former_until = fields.DatetimeField(null=True)
    stopped = fields.BooleanField(default=False)
    made = fields.DatetimeField()

    client_id: UUID

    class Meta:
        table = "clients_webhook"
