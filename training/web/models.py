"""Tables of the web: how often somebody tried."""

from tortoise import fields
from tortoise.models import Model


class TryCount(Model):
    """Counts the tries of one caller, address or thing until `ends`; `key` is a hash of what is tried and by whom.

    Personal data: hashed network addresses and e-mail addresses; kept: an hour longer than they count.
    """

    key = fields.CharField(64, primary_key=True)
    count = fields.IntField()
    ends = fields.DatetimeField(db_index=True)

    class Meta:
        table = "web_try_count"
