"""Seals the trail in batches, so that a change, removal, addition or reordering shows."""

from tortoise import fields
from tortoise.models import Model


class Seal(Model):
    """One batch of the trail, closed: the Merkle root over its facts, chained to the seal before it.

    Personal data: none.
    """

    id = fields.BigIntField(primary_key=True)  # 1, 2, 3 … without a gap, given by us
    size = fields.IntField()
    root = fields.CharField(max_length=64)
    chain = fields.CharField(max_length=64, unique=True)
    made = fields.DatetimeField()

    class Meta:
        table = "trail_seal"
