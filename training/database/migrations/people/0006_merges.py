"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0005_index_foreign_keys'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Merge',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('stays', fields.ForeignKeyField('people.Person', source_field='stays_id', db_constraint=True, to_field='id', related_name='merges', on_delete=OnDelete.RESTRICT)),
                ('shut', fields.ForeignKeyField('people.Person', source_field='shut_id', db_constraint=True, to_field='id', related_name='merged_by', on_delete=OnDelete.RESTRICT)),
                ('slot', fields.CharField(null=True, unique=True, max_length=40)),
                ('reason', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by_id', fields.UUIDField()),
                ('moved', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('kept', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('undone', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('undone_by_id', fields.UUIDField(null=True)),
                ('undone_because', fields.TextField(default='', unique=False)),
                ('not_put_back', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('finished', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_merge', 'app': 'people', 'indexes': [Index(fields=['stays_id']), Index(fields=['shut_id']), Index(fields=['finished', 'made'])], 'pk_attr': 'id', 'table_description': 'Says that two records are of one person: `shut` is closed, and what was with it is with `stays`.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Person',
            name='merged_into',
            field=fields.ForeignKeyField('people.Person', source_field='merged_into_id', null=True, db_constraint=True, to_field='id', related_name='merged', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Person',
            index=Index(fields=['merged_into_id']),
        ),
    ]
