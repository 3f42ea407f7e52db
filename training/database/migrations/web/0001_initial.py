"""Changes the tables of `web`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='TryCount',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('count', fields.IntField()),
                ('ends', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'web_try_count', 'app': 'web', 'pk_attr': 'key', 'table_description': 'Counts the tries of one caller, address or thing until `ends`; `key` is a hash of what is tried and by whom.'},
            bases=['Model'],
        ),
    ]
