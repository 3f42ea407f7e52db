"""The tables of visits under way: activities being chosen, and launches that wait for the browser's proof."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.lti.models import Registration
from training.people.models import Person
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class DeepLinkingSession(Model):
    """Is a teacher choosing activities for a course; `answer` is the one response, once it is given.

    Personal data: who chooses; kept: one day.
    """

    id = fields.UUIDField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "lti.Registration", related_name="choosings", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="choosings", on_delete=RESTRICT
    )
    deployment_id = fields.CharField(255)
    course = fields.CharField(200, default="")
    return_url = fields.CharField(2000)
    settings: Any = fields.JSONField()
    expires = fields.DatetimeField(db_index=True)
    answer = fields.TextField(default="")

    registration_id: UUID
    person_id: UUID

    class Meta:
        table = "lti_choosing"
        indexes = (("person_id",),)


class PendingLaunch(Model):
    """Is a checked launch that waits until the browser has proved, through its LMS, that it began the login.

    Personal data: the token of the launch; kept: two minutes, or until it is used.
    """

    code_hash = fields.CharField(64, primary_key=True)
    state = fields.TextField()
    id_token = fields.TextField()
    expires = fields.DatetimeField(db_index=True)

    class Meta:
        table = "lti_parked"


class Consumer(Model):
    """Is an LMS as LTI 1.1 knew it: its key, and its secret encrypted with a key derived from ours.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="consumers", on_delete=RESTRICT
    )
    key = fields.CharField(255)
    secret = fields.TextField()
    told = fields.DatetimeField()

    unit_id: UUID

    class Meta:
        table = "lti_consumer"
        unique_together = (("unit", "key"),)


class FormerUser(Model):
    """Says which of our people an LTI 1.1 consumer knew by which user id.

    Personal data: the user id; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    consumer: fields.ForeignKeyRelation[Consumer] = fields.ForeignKeyField(
        "lti.Consumer", related_name="users", on_delete=RESTRICT
    )
    user_id = fields.CharField(255)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="former_users", on_delete=RESTRICT
    )

    person_id: UUID

    class Meta:
        table = "lti_former_user"
        indexes = (("person_id",),)
        unique_together = (("consumer", "user_id"),)
