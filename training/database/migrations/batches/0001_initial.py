"""Changes the tables of `batches`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Batch',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='batches', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('kind', fields.CharField(max_length=40)),
                ('title', fields.CharField(max_length=300)),
                ('wishes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('made_by', fields.ForeignKeyField('people.Person', source_field='made_by_id', db_constraint=True, to_field='id', related_name='batches', on_delete=OnDelete.RESTRICT)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(max_length=12)),
                ('progress', fields.IntField(default=0)),
                ('total', fields.IntField(default=0)),
                ('counts', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('begun', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('undone', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('stopped_because', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'batches_batch', 'app': 'batches', 'unique_together': (('unit', 'number'),), 'indexes': [Index(fields=['made_by_id'])], 'pk_attr': 'id', 'table_description': 'Is one piece of work on many rows: rehearsed, done in the background, stopped and gone on with, undone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='BatchRow',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('batch', fields.ForeignKeyField('batches.Batch', source_field='batch_id', db_constraint=True, to_field='id', related_name='rows', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('values', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('outcome', fields.CharField(max_length=10)),
                ('told', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('problems', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('choice', fields.CharField(default='', max_length=40)),
                ('state', fields.CharField(max_length=10)),
                ('wrote', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('person_id', fields.UUIDField(null=True, db_index=True)),
            ],
            options={'table': 'batches_row', 'app': 'batches', 'unique_together': (('batch', 'number'),), 'indexes': [Index(fields=['batch_id', 'state', 'number']), Index(fields=['batch_id', 'outcome', 'number'])], 'pk_attr': 'id', 'table_description': 'Is one row of a batch: what it says, what it would do, and what it wrote, so that it can be undone.'},
            bases=['Model'],
        ),
    ]
