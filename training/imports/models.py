"""The table of how columns of files were matched with ours, kept for the next file with the same header."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.sites.models import CentralUnit


class ColumnMatch(Model):
    """Is how the columns of one header were matched for one kind of import, and which way round its days are.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="column_matches", on_delete=fields.OnDelete.RESTRICT
    )
    kind = fields.CharField(40)
    header_sha256 = fields.CharField(64)
    match = fields.JSONField[dict[str, str]]()
    order = fields.CharField(8, default="")

    unit_id: UUID

    class Meta:
        table = "imports_column_match"
        unique_together = (("unit", "kind", "header_sha256"),)
