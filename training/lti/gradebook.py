"""The tables of scores: columns of LMS gradebooks, and the durable outbox of what goes into them."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.lti.models import Identity, Registration, ResourceLink

RESTRICT = fields.OnDelete.RESTRICT


class LineItem(Model):
    """Is one column of a gradebook in an LMS.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "lti.Registration", related_name="line_items", on_delete=RESTRICT
    )
    link: fields.ForeignKeyNullableRelation[ResourceLink] = fields.ForeignKeyField(
        "lti.ResourceLink", related_name="line_items", null=True, on_delete=RESTRICT
    )
    key = fields.CharField(64, unique=True)  # hash of what it stands for, so that two workers make one
    url = fields.CharField(2000, default="")  # empty until found or made
    resource_id = fields.CharField(255, default="")
    tag = fields.CharField(255, default="")
    label = fields.CharField(200, default="")
    maximum = fields.FloatField(default=100)
    making_until = fields.DatetimeField(null=True)  # a lease: one worker at a time looks for it or makes it

    registration_id: UUID
    link_id: UUID | None

    class Meta:
        table = "lti_line_item"
        indexes = (("link_id",),)


class Score(Model):
    """Is what one person's place in one column should show; the latest value wins and `version` counts them.

    `state` is queued, sent, refused or dead. `stamped` is the last time stamp we sent (whole seconds since 1970).
    Personal data: the score and comment of a person; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    line_item: fields.ForeignKeyRelation[LineItem] = fields.ForeignKeyField(
        "lti.LineItem", related_name="scores", on_delete=RESTRICT
    )
    sub = fields.CharField(255)
    identity: fields.ForeignKeyNullableRelation[Identity] = fields.ForeignKeyField(
        "lti.Identity", related_name="scores", null=True, on_delete=RESTRICT
    )
    given = fields.FloatField(null=True)
    maximum = fields.FloatField(default=100)
    progress = fields.CharField(20)
    grading = fields.CharField(20)
    comment = fields.TextField(default="")
    state = fields.CharField(10, default="queued")
    version = fields.IntField(default=1)
    stamped = fields.BigIntField(default=0)
    attempts = fields.IntField(default=0)
    last_error = fields.CharField(300, default="")
    queued_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)
    final_sent = fields.BooleanField(default=False)
    sending_until = fields.DatetimeField(null=True)

    line_item_id: UUID
    identity_id: UUID | None

    class Meta:
        table = "lti_score"
        unique_together = (("line_item", "sub"),)
        indexes = (("state",),)


class ScoreTry(Model):
    """Is one line of a score's history: queued, sent or what came back.

    Personal data: the score of a person; kept: two years.
    """

    id = fields.BigIntField(primary_key=True)
    score: fields.ForeignKeyRelation[Score] = fields.ForeignKeyField(
        "lti.Score", related_name="tries", on_delete=RESTRICT
    )
    at = fields.DatetimeField()
    what = fields.CharField(20)
    given = fields.FloatField(null=True)
    maximum = fields.FloatField(default=100)
    detail = fields.CharField(300, default="")

    score_id: UUID

    class Meta:
        table = "lti_score_try"
