"""Changes the tables of `reports`."""

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
            name='SavedReport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='reports', on_delete=OnDelete.RESTRICT)),
                ('owner', fields.ForeignKeyField('people.Person', source_field='owner_id', db_constraint=True, to_field='id', related_name='reports', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=80)),
                ('listing', fields.CharField(max_length=100)),
                ('filters', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('days', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('shared', fields.BooleanField(default=True)),
                ('every', fields.CharField(default='', max_length=5)),
                ('next_due', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('put_away', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reports_report', 'app': 'reports', 'indexes': [Index(fields=['unit_id', 'name']), Index(fields=['owner_id'])], 'pk_attr': 'id', 'table_description': 'Is a question that is asked again and again: of which list, how it is narrowed, and of which days.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReportAnswer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('report', fields.ForeignKeyField('reports.SavedReport', source_field='report_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.RESTRICT)),
                ('repeats', fields.ForeignKeyField('reports.ReportAnswer', source_field='repeats_id', null=True, db_constraint=True, to_field='id', related_name='repeated', on_delete=OnDelete.RESTRICT)),
                ('asked_by_id', fields.UUIDField(null=True)),
                ('due', fields.DateField(null=True)),
                ('extracted', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('known', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('question', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('columns', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('notes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('rows', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('count', fields.IntField()),
                ('digest', fields.CharField(max_length=64)),
            ],
            options={'table': 'reports_answer', 'app': 'reports', 'unique_together': (('report', 'due'),), 'indexes': [Index(fields=['report_id', 'extracted']), Index(fields=['repeats_id'])], 'pk_attr': 'id', 'table_description': 'Is one answer as it was given: to what question, as known at which moment, its rows and their digest.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ReportReader',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('report', fields.ForeignKeyField('reports.SavedReport', source_field='report_id', db_constraint=True, to_field='id', related_name='readers', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='report_links', on_delete=OnDelete.RESTRICT)),
                ('added', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('stopped', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reports_reader', 'app': 'reports', 'unique_together': (('report', 'person'),), 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Is somebody who gets the link to each answer that comes by itself, until it is `stopped`.'},
            bases=['Model'],
        ),
    ]
