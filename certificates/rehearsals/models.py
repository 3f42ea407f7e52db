"""The tables of rehearsals: the rules of a draft tried on everybody concerned, and whose standing would be another."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import PathwayVersion
from training.drafts.models import MaterialDraft
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import of_sites, reach
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Rehearsal(Model):
    """Is one trial of the rules of a draft on everybody whom they concern, on a day; it changes nobody's standing.

    `text` and `bases` are the rules as they were tried. `state` is working, done or stopped; `progress` of `total`
    people and sites are looked at, `after` is the last of them, `stage` says of which kind. `failed` counts those who
    could not be judged.
    Personal data: who began it; kept: as long as the draft.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="rehearsals", on_delete=RESTRICT
    )
    draft: fields.ForeignKeyRelation[MaterialDraft] = fields.ForeignKeyField(
        "drafts.MaterialDraft", related_name="rehearsals", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="rehearsals", on_delete=RESTRICT
    )
    slug = fields.CharField(60)
    text = fields.TextField()
    bases = fields.JSONField[dict[str, str]]()
    as_of = fields.DateField()
    made = fields.DatetimeField()
    made_by_id = fields.UUIDField()
    state = fields.CharField(10, default="working")
    stage = fields.CharField(10, default="people")
    after = fields.UUIDField(null=True)
    progress = fields.IntField(default=0)
    total = fields.IntField(default=0)
    failed = fields.IntField(default=0)
    ended = fields.DatetimeField(null=True)

    unit_id: UUID
    draft_id: UUID
    programme_id: UUID

    @property
    def rules(self) -> PathwayVersion:
        """The rules that were tried, as a version that is not published."""
        return PathwayVersion(
            id=self.id, unit_id=self.unit_id, programme_id=self.programme_id, slug=self.slug, version="",
            text=self.text, bases=self.bases,
        )  # fmt: skip

    class Meta:
        table = "certificates_rehearsal"
        indexes = (("draft_id", "made"),)


class RehearsedStanding(Model):
    """Is one level of a person, or a site, that would stand otherwise under the rules that were tried.

    `before` and `after` are standings, empty where the rules know no such level. `since` is the day from which it
    would, `site` where the holder takes part, `reasons` say why in the words of the verdict.
    Personal data: the reasons; kept: as long as the draft, or until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    rehearsal: fields.ForeignKeyRelation[Rehearsal] = fields.ForeignKeyField(
        "certificates.Rehearsal", related_name="standings", on_delete=fields.OnDelete.CASCADE
    )
    person: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="rehearsed_standings", null=True, on_delete=RESTRICT
    )
    holder_site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="own_rehearsed_standings", null=True, on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="rehearsed_standings", null=True, on_delete=RESTRICT
    )
    level = fields.CharField(60)
    level_title = fields.CharField(200)
    per = fields.CharField(200, default="")
    before = fields.CharField(20, default="")
    after = fields.CharField(20, default="")
    since = fields.DateField()
    reasons = fields.TextField(default="")

    rehearsal_id: UUID
    person_id: UUID | None
    holder_site_id: UUID | None
    site_id: UUID | None

    class Meta:
        table = "certificates_rehearsed_standing"
        indexes = (
            ("rehearsal_id", "before", "after"),
            ("rehearsal_id", "site_id"),
            ("site_id",),
            ("person_id",),
            ("holder_site_id",),
        )


def rehearsals_visible_to(actor: Actor) -> QuerySet[Rehearsal]:
    """Lists the rehearsals of the actor's unit, for whoever writes there."""
    ours = Rehearsal.filter(unit_id=actor.unit_id)
    return ours if actor.may("write material") else ours.filter(id__in=[])


def rehearsed_visible_to(actor: Actor) -> QuerySet[RehearsedStanding]:
    """Lists how those would stand whose records the actor may read in the register."""
    ours = Rehearsal.filter(unit_id=actor.unit_id).values("id")
    known = RehearsedStanding.filter(reach(actor, "read register") | of_sites(actor, "read register"))
    return known.filter(rehearsal_id__in=Subquery(ours))
