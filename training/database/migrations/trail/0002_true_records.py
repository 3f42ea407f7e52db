"""Changes the tables of `trail`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('trail', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SealedRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=120)),
                ('salt', fields.CharField(max_length=32)),
                ('marks', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'trail_row', 'app': 'trail', 'pk_attr': 'id', 'table_description': 'Is what one sealed row is checked with: a salt, and a short mark of each column, to name one that was changed.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Fact',
            name='rows',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddIndex(
            model_name='Followup',
            index=Index(fields=['kind', 'state', 'due']),
        ),
        ops.AddField(
            model_name='Seal',
            name='signatures',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
    ]
