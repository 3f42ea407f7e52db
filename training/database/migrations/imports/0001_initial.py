"""Changes the tables of `imports`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='ColumnMatch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='column_matches', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=40)),
                ('header_sha256', fields.CharField(max_length=64)),
                ('match', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('order', fields.CharField(default='', max_length=8)),
            ],
            options={'table': 'imports_column_match', 'app': 'imports', 'unique_together': (('unit', 'kind', 'header_sha256'),), 'pk_attr': 'id', 'table_description': 'Is how the columns of one header were matched for one kind of import, and which way round its days are.'},
            bases=['Model'],
        ),
    ]
