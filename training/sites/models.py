"""Tables of the central unit, its programmes, the tree of areas and the sites that deliver."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.core.dates import DEFAULT_ZONE
from training.database.name_search import FOLDED_LETTERS, folding


class CentralUnit(Model):
    """Owns programmes and answers for quality; everything else belongs to one unit.

    `zone` names the clocks by which its days begin and end, as in the time zone database. The list of first steps
    stands on the home page of whoever looks after it until `first_steps_over`. Within `appeal_days` somebody may
    appeal; within the other two somebody looks at an appeal, and it is decided. With `second_publisher` nobody
    publishes a draft that they wrote in.
    Personal data: contact, head_address (work addresses); kept: as long as the unit exists.
    """

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(60, unique=True)
    name = fields.CharField(200)
    contact = fields.CharField(200, default="")
    language = fields.CharField(8, default="en")
    zone = fields.CharField(60, default=DEFAULT_ZONE, db_default=DEFAULT_ZONE)
    head_address = fields.CharField(254, default="", db_default="")  # where the end of the trail is mailed each day
    first_steps_over = fields.DatetimeField(null=True)
    appeal_days = fields.IntField(default=28, db_default=28)
    appeal_look_days = fields.IntField(default=7, db_default=7)
    appeal_decide_days = fields.IntField(default=28, db_default=28)
    second_publisher = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "sites_central_unit"


class Programme(Model):
    """Names what is delivered to parents.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="programmes", on_delete=fields.OnDelete.RESTRICT
    )
    slug = fields.CharField(60)
    title = fields.CharField(200)

    unit_id: UUID

    class Meta:
        table = "sites_programme"
        unique_together = (("unit", "slug"),)


class Area(Model):
    """Places sites in a tree; `path` holds the codes from the root ("/WLS/CDF/"), so that a subtree is a prefix.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="areas", on_delete=fields.OnDelete.RESTRICT
    )
    code = fields.CharField(20)
    name = fields.CharField(200)
    parent: fields.ForeignKeyNullableRelation["Area"] = fields.ForeignKeyField(
        "sites.Area", related_name="parts", null=True, on_delete=fields.OnDelete.RESTRICT
    )
    path = fields.CharField(300, db_index=True)

    unit_id: UUID
    parent_id: UUID | None

    class Meta:
        table = "sites_area"
        indexes = (("parent_id",),)
        unique_together = (("unit", "code"),)


class Site(Model):
    """Delivers programmes in an area.

    Pages of courses that ask for them show the safeguarding lead and the local help lines (one a line) to people here.
    Personal data: contact, telephone, safeguarding lead (of work); kept: as long as the site exists.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="sites", on_delete=fields.OnDelete.RESTRICT
    )
    area: fields.ForeignKeyRelation[Area] = fields.ForeignKeyField(
        "sites.Area", related_name="sites", on_delete=fields.OnDelete.RESTRICT
    )
    code = fields.CharField(20)
    name = fields.CharField(200)
    folded = fields.CharField(FOLDED_LETTERS, null=True)
    contact = fields.CharField(200, default="")
    telephone = fields.CharField(40, default="")
    safeguarding_lead = fields.CharField(200, default="", db_default="")
    safeguarding_telephone = fields.CharField(40, default="", db_default="")
    help_lines = fields.CharField(1000, default="", db_default="")

    unit_id: UUID
    area_id: UUID

    class Meta:
        table = "sites_site"
        indexes = (("area_id",),)
        unique_together = (("unit", "code"),)

    async def save(self, *given: Any, **named: Any) -> None:
        """Saves the row, with the name as it is searched for."""
        await super().save(*given, **folding(self, named))


class FormerValue(Model):
    """Is a name that a site, an area or a person had, or the area that a site lay in, until it was changed.

    `what` is "name" or "area", which is told by its path; `folded` is what a name is searched for by. `changed` is the
    first day on which it held no more, and `recorded` when that was noted. What was never changed has no row here.
    Personal data: former names of a person; kept: until the person is erased, then the row stays under a pseudonym.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="former_values", on_delete=fields.OnDelete.RESTRICT
    )
    kind = fields.CharField(20)
    subject_id = fields.UUIDField(db_index=True)
    what = fields.CharField(20)
    value = fields.CharField(300)
    folded = fields.CharField(FOLDED_LETTERS, null=True)
    changed = fields.DateField()
    recorded = fields.DatetimeField()

    unit_id: UUID

    class Meta:
        table = "sites_former_value"
        indexes = (("unit_id", "kind"),)


async def zone_of(unit_id: UUID) -> str:
    """Returns the zone of a unit, for work that nobody signed in does."""
    return (await CentralUnit.get(id=unit_id).only("id", "zone")).zone
