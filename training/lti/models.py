"""The tables of LTI: who is connected, who came from where, how each launch went, and the scores on their way."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Registration(Model):
    """Connects us to one LMS: who it is, where its endpoints are, and which site its people belong to.

    `state` is pending, active or closed; `deployment_policy` is auto, ask or refuse. `asked` says who asked for it and
    `proposed` what its LMS would change (see proposals): nothing of an approved row changes before somebody accepts it.
    `staff_sessions` lets staff do in a session that came through it what otherwise asks for a direct sign-in.
    Personal data: the network address that asked for it; kept: until it is answered.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="registrations", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="registrations", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(200, default="")
    issuer = fields.CharField(500)
    client_id = fields.CharField(255)
    auth_url = fields.CharField(1000)
    token_url = fields.CharField(1000)
    jwks_url = fields.CharField(1000)
    token_audience = fields.CharField(1000, default="")
    service_hosts: Any = fields.JSONField(default=list)
    profile = fields.CharField(40, default="other")
    state = fields.CharField(10, default="active")
    deployment_policy = fields.CharField(10, default="ask")
    staff_sessions = fields.BooleanField(default=False, db_default=False)
    client_uri = fields.CharField(1000, default="")
    client_token = fields.TextField(default="")
    proposed: Any = fields.JSONField(null=True)
    asked: Any = fields.JSONField(null=True)
    clock_skew = fields.FloatField(null=True)
    asked_hash = fields.CharField(64, null=True, db_index=True)  # of the request that made it, so that it makes one
    created = fields.DatetimeField()

    unit_id: UUID
    site_id: UUID | None
    deployments: fields.ReverseRelation["Deployment"]

    class Meta:
        table = "lti_registration"
        indexes = (("site_id",),)
        unique_together = (("issuer", "client_id"),)


class Deployment(Model):
    """Is one installation of us inside a registered LMS; `state` is approved, pending or refused.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "lti.Registration", related_name="deployments", on_delete=RESTRICT
    )
    deployment_id = fields.CharField(255)
    state = fields.CharField(10)
    seen = fields.DatetimeField()

    registration_id: UUID

    class Meta:
        table = "lti_deployment"
        unique_together = (("registration", "deployment_id"),)


class ToolKey(Model):
    """Is one of our own signing keys, its private half encrypted with a key derived from the secret.

    It is published from `created`, signs from `signs_from`, and is published until `ends`.
    Personal data: none.
    """

    kid = fields.CharField(64, primary_key=True)
    private_key = fields.TextField()  # encrypted
    created = fields.DatetimeField()
    signs_from = fields.DatetimeField()
    ends = fields.DatetimeField(null=True)

    class Meta:
        table = "lti_tool_key"


class Nonce(Model):
    """Remembers that a login has ended, so that it ends once; `digest` is the hash of the token that ended it.

    The code by which a frame opens a window of its own is used once in the same way.

    Personal data: none; kept: one hour past the login's end.
    """

    nonce = fields.CharField(64, primary_key=True)
    digest = fields.CharField(64)
    expires = fields.DatetimeField(db_index=True)

    class Meta:
        table = "lti_nonce"


class Identity(Model):
    """Is a person as one LMS knows them: (registration, sub) leads to our own person.

    `proposed_name` is a name that the LMS tells of somebody whose name was settled here: it waits for an answer.
    Personal data: sub, name and e-mail as the LMS tells them; kept: until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    registration: fields.ForeignKeyRelation[Registration] = fields.ForeignKeyField(
        "lti.Registration", related_name="identities", on_delete=RESTRICT
    )
    sub = fields.CharField(255)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="identities", on_delete=RESTRICT
    )
    name = fields.CharField(200, default="")
    email = fields.CharField(254, default="")
    former_emails = fields.TextField(default="", db_default="")  # with spaces between: addresses told before this one
    proposed_name = fields.CharField(200, null=True)
    test_user = fields.BooleanField(default=False)
    created = fields.DatetimeField()

    registration_id: UUID
    person_id: UUID

    class Meta:
        table = "lti_identity"
        unique_together = (("registration", "sub"),)
        indexes = (("person_id",), ("email",), ("proposed_name",))


class Context(Model):
    """Is a course in an LMS; the one with an empty `context_id` stands for links outside of any course.

    Learners of one that belongs to a `programme` get a place in it.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    deployment: fields.ForeignKeyRelation[Deployment] = fields.ForeignKeyField(
        "lti.Deployment", related_name="contexts", on_delete=RESTRICT
    )
    context_id = fields.CharField(255)
    title = fields.CharField(200, default="")
    label = fields.CharField(200, default="")
    roster_url = fields.CharField(2000, default="")
    differences_url = fields.CharField(2000, default="")
    synced = fields.DatetimeField(null=True)
    copied_from = fields.CharField(255, null=True)
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="lti_contexts", null=True, on_delete=RESTRICT
    )

    deployment_id: UUID
    programme_id: UUID | None

    class Meta:
        table = "lti_context"
        unique_together = (("deployment", "context_id"),)


class ResourceLink(Model):
    """Is an activity placed in a course of an LMS; it stores the path of ours that it opens.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField(
        "lti.Context", related_name="links", on_delete=RESTRICT
    )
    resource_link_id = fields.CharField(255)
    title = fields.CharField(200, default="")
    target = fields.CharField(500)
    line_item_url = fields.CharField(2000, default="")
    line_items_url = fields.CharField(2000, default="")
    scopes: Any = fields.JSONField(default=list)
    copied_from = fields.CharField(255, default="")

    context_id: UUID

    class Meta:
        table = "lti_resource_link"
        unique_together = (("context", "resource_link_id"),)
        indexes = (("target",),)


class ContextRole(Model):
    """Says as what a person was last seen in a course of an LMS: instructor, learner or none.

    Personal data: the role and when it was seen; kept: two years after it was last seen.
    """

    id = fields.UUIDField(primary_key=True)
    identity: fields.ForeignKeyRelation[Identity] = fields.ForeignKeyField(
        "lti.Identity", related_name="roles", on_delete=RESTRICT
    )
    context: fields.ForeignKeyRelation[Context] = fields.ForeignKeyField(
        "lti.Context", related_name="roles", on_delete=RESTRICT
    )
    role = fields.CharField(12)
    status = fields.CharField(10, default="Active")
    launched = fields.DatetimeField(null=True)
    listed = fields.DatetimeField(null=True)

    identity_id: UUID
    context_id: UUID

    class Meta:
        table = "lti_context_role"
        unique_together = (("identity", "context"),)
        indexes = (("context_id",),)


class LaunchTrace(Model):
    """Tells how one launch went, found by the reference number that its page shows; no token, no name.

    `issuer` and `client_id` say who claimed to ask where no registration is known.
    Personal data: the person's own id; kept: 90 days.
    """

    id = fields.UUIDField(primary_key=True)
    reference = fields.CharField(40, db_index=True)
    registration: fields.ForeignKeyNullableRelation[Registration] = fields.ForeignKeyField(
        "lti.Registration", related_name="traces", null=True, on_delete=RESTRICT
    )
    issuer = fields.CharField(500, default="", db_default="")
    client_id = fields.CharField(255, default="", db_default="")
    at = fields.DatetimeField(db_index=True)
    outcome = fields.CharField(200)
    detail = fields.CharField(300, default="")
    deployment_id = fields.CharField(255, default="")
    message_type = fields.CharField(60, default="")
    target = fields.CharField(500, default="")
    person_id = fields.UUIDField(null=True)
    clock_skew = fields.FloatField(null=True)
    state_proof = fields.CharField(20, default="")
    browser = fields.CharField(60, default="")

    registration_id: UUID | None

    class Meta:
        table = "lti_launch_trace"


def visible_to(actor: Actor) -> QuerySet[Registration]:
    """Lists the registrations of the actor's unit, for those who connect systems."""
    return Registration.filter(unit_id=actor.unit_id) if actor.may("connect systems") else Registration.filter(id=None)


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
        indexes = (("identity_id",), ("state",))


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
        indexes = (("score_id",),)
