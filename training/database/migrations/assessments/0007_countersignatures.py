"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0006_visits'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Countersignature',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.OneToOneField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='countersignature', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='countersignatures', on_delete=OnDelete.RESTRICT)),
                ('finding', fields.CharField(max_length=16)),
                ('reasons', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('digest', fields.CharField(max_length=64)),
                ('eligibility', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'assessments_countersignature', 'app': 'assessments', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': "Is a colleague's signature under an assessment, or the reasons why it was returned; one for each assessment."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Assessment',
            name='corrects',
            field=fields.ForeignKeyField('assessments.Assessment', source_field='corrects_id', null=True, db_constraint=True, to_field='id', related_name='corrections', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Assessment',
            name='corrects_because',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddIndex(
            model_name='Assessment',
            index=Index(fields=['corrects_id']),
        ),
    ]
