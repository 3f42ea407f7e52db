"""The tables of drafts: what is written on before it is published, its files, and who changed what when."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class MaterialDraft(Model):
    """Is a course, an instrument or a pathway that is being written, beside its published versions.

    `state` is open, published or thrown away. `slot` names unit, kind and name in the one that is open, and is empty in
    all others, so that there is one at most. `revision` counts the changes. `based_on` is the version that it began
    from, `published_as` the version that became of it, `edit_class` how much that changes. `own_files` says that
    whoever began it brought its first files, rather than those of that version.

    Personal data: who began, changed and ended it (own ids); kept: as long as the draft.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="drafts", on_delete=RESTRICT
    )
    kind = fields.CharField(20)
    name = fields.CharField(100)
    slot = fields.CharField(200, null=True, unique=True)
    state = fields.CharField(12, default="open")
    based_on = fields.CharField(40, default="")
    published_as = fields.CharField(40, default="")
    edit_class = fields.CharField(20, default="")
    own_files = fields.BooleanField(default=False, db_default=False)
    revision = fields.IntField(default=0)
    begun = fields.DatetimeField()
    begun_by_id = fields.UUIDField()
    changed = fields.DatetimeField()
    changed_by_id = fields.UUIDField()
    ended = fields.DatetimeField(null=True)
    ended_by_id = fields.UUIDField(null=True)

    unit_id: UUID

    class Meta:
        table = "drafts_draft"
        indexes = (("unit_id", "state", "changed"),)


class DraftFile(Model):
    """Is one file of a draft: its text, or the hash under which the storage has its bytes.

    Personal data: who changed it last (own id); kept: as long as the draft.
    """

    id = fields.UUIDField(primary_key=True)
    draft: fields.ForeignKeyRelation[MaterialDraft] = fields.ForeignKeyField(
        "drafts.MaterialDraft", related_name="files", on_delete=RESTRICT
    )
    path = fields.CharField(300)
    text = fields.TextField(null=True)
    sha256 = fields.CharField(64)
    size_bytes = fields.IntField()
    revision = fields.IntField(default=1)
    changed = fields.DatetimeField()
    changed_by_id = fields.UUIDField()

    draft_id: UUID

    class Meta:
        table = "drafts_file"
        unique_together = (("draft", "path"),)


class DraftChange(Model):
    """Is what somebody did to one file, with what it was before; all of one `step` was done at once.

    `what` is written, added, removed, numbered when it was published, or aside: words that came when somebody else's
    were there already, kept here.
    `before` is the text, `before_sha256` names the stored bytes; both are empty where there was no file, as
    `after_sha256` is where there is none now. Words that somebody writes within minutes are one change, from `begun`
    to `at`.

    Personal data: who did it (own id); kept: as long as the draft.
    """

    id = fields.UUIDField(primary_key=True)
    draft: fields.ForeignKeyRelation[MaterialDraft] = fields.ForeignKeyField(
        "drafts.MaterialDraft", related_name="changes", on_delete=RESTRICT
    )
    step = fields.UUIDField()
    words = fields.CharField(300, default="")
    path = fields.CharField(300)
    what = fields.CharField(12)
    before = fields.TextField(null=True)
    before_sha256 = fields.CharField(64, default="")
    before_size_bytes = fields.IntField(default=0)
    after_sha256 = fields.CharField(64, default="")
    begun = fields.DatetimeField()
    at = fields.DatetimeField()
    by_id = fields.UUIDField()

    draft_id: UUID

    class Meta:
        table = "drafts_change"
        indexes = (("draft_id", "at"), ("step",))


class PublishingRequest(Model):
    """Is the wish of somebody who wrote in a draft that it is published, and what became of it.

    `state` is waiting, withdrawn (also by any later change of the draft), sent back or published. `slot` names the
    draft in the one that waits, and is empty in all others, so that there is one at most. `revision` is that of the
    draft which was asked about.

    Personal data: who asked and who answered (own ids), their words; kept: as long as the draft.
    """

    id = fields.UUIDField(primary_key=True)
    draft: fields.ForeignKeyRelation[MaterialDraft] = fields.ForeignKeyField(
        "drafts.MaterialDraft", related_name="requests", on_delete=RESTRICT
    )
    slot = fields.CharField(40, null=True, unique=True)
    state = fields.CharField(12, default="waiting")
    revision = fields.IntField()
    note = fields.TextField(default="")
    asked = fields.DatetimeField()
    asked_by_id = fields.UUIDField()
    answer = fields.TextField(default="")
    answered = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    draft_id: UUID

    class Meta:
        table = "drafts_publishing_request"
        indexes = (("draft_id", "asked"), ("asked_by_id", "state"))


def drafts_visible_to(actor: Actor) -> QuerySet[MaterialDraft]:
    """Lists the drafts of the actor's unit, for whoever writes there."""
    drafts = MaterialDraft.filter(unit_id=actor.unit_id)
    return drafts if actor.may("write material") else drafts.filter(id__in=[])


def publishing_requests_visible_to(actor: Actor) -> QuerySet[PublishingRequest]:
    """Lists what was asked about the drafts of the actor's unit, for whoever writes there."""
    requests = PublishingRequest.filter(draft__unit_id=actor.unit_id)
    return requests if actor.may("write material") else requests.filter(id__in=[])
