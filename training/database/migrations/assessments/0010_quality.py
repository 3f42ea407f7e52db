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
    dependencies = [('assessments', '0009_texts_of_instruments'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccompaniedVisit',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='accompanied_visits', on_delete=OnDelete.RESTRICT)),
                ('held', fields.DateField()),
                ('note', fields.TextField(unique=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField()),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_accompanied_visit', 'app': 'assessments', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Says that somebody went along with an assessor to watch how they assess, and what they saw.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QualityPlan',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='quality_plans', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='quality_plans', on_delete=OnDelete.RESTRICT)),
                ('share', fields.IntField()),
                ('share_new', fields.IntField()),
                ('new_until', fields.IntField()),
                ('complaints', fields.BooleanField()),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by', fields.ForeignKeyField('people.Person', source_field='made_by_id', db_constraint=True, to_field='id', related_name='quality_plans', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'assessments_quality_plan', 'app': 'assessments', 'indexes': [Index(fields=['unit_id', 'made']), Index(fields=['programme_id']), Index(fields=['made_by_id'])], 'pk_attr': 'id', 'table_description': 'Says how many of the signed assessments of a programme are looked at again; the newest one holds.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QualityDraw',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('plan', fields.ForeignKeyField('assessments.QualityPlan', source_field='plan_id', db_constraint=True, to_field='id', related_name='draws', on_delete=OnDelete.RESTRICT)),
                ('seed', fields.CharField(max_length=64)),
                ('since', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('until', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('found', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('sizes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('drawn_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'assessments_quality_draw', 'app': 'assessments', 'indexes': [Index(fields=['plan_id', 'until'])], 'pk_attr': 'id', 'table_description': 'Is one draw by a plan: the seed, from which assessments (ids in order, by group) and how many of each group.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QualitySample',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.OneToOneField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='quality_sample', on_delete=OnDelete.RESTRICT)),
                ('draw', fields.ForeignKeyField('assessments.QualityDraw', source_field='draw_id', null=True, db_constraint=True, to_field='id', related_name='samples', on_delete=OnDelete.RESTRICT)),
                ('because', fields.CharField(max_length=12)),
                ('added', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finding', fields.CharField(default='open', max_length=12)),
                ('reasons', fields.TextField(default='', unique=False)),
                ('found', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('found_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'assessments_quality_sample', 'app': 'assessments', 'indexes': [Index(fields=['draw_id']), Index(fields=['finding', 'added'])], 'pk_attr': 'id', 'table_description': 'Is one assessment that is looked at again: open, then accepted, returned or set aside, once.'},
            bases=['Model'],
        ),
    ]
