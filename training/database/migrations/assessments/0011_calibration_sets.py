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
    dependencies = [('assessments', '0010_quality'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CalibrationSet',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='calibration_sets', on_delete=OnDelete.RESTRICT)),
                ('version', fields.ForeignKeyField('assessments.InstrumentVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='calibration_sets', on_delete=OnDelete.RESTRICT)),
                ('follows', fields.ForeignKeyField('assessments.CalibrationSet', source_field='follows_id', null=True, db_constraint=True, to_field='id', related_name='followers', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=200)),
                ('tolerance', fields.FloatField()),
                ('tries', fields.IntField()),
                ('wait_days', fields.IntField()),
                ('state', fields.CharField(default='draft', max_length=12)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by', fields.ForeignKeyField('people.Person', source_field='made_by_id', db_constraint=True, to_field='id', related_name='calibration_sets', on_delete=OnDelete.RESTRICT)),
                ('published', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_calibration_set', 'app': 'assessments', 'indexes': [Index(fields=['unit_id', 'state']), Index(fields=['version_id']), Index(fields=['follows_id']), Index(fields=['made_by_id'])], 'pk_attr': 'id', 'table_description': 'Is a set of vignettes for one version of an instrument: draft → published → closed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CalibrationAttempt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('set', fields.ForeignKeyField('assessments.CalibrationSet', source_field='set_id', db_constraint=True, to_field='id', related_name='attempts', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='calibration_attempts', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('begun', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('draft', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('handed_in', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answers', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('agreement', fields.FloatField(null=True)),
                ('run', fields.ForeignKeyField('assessments.CalibrationRun', source_field='run_id', null=True, db_constraint=True, to_field='id', related_name='attempts', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'assessments_calibration_attempt', 'app': 'assessments', 'unique_together': (('set', 'person', 'number'),), 'indexes': [Index(fields=['person_id']), Index(fields=['run_id'])], 'pk_attr': 'id', 'table_description': 'Is one try of an assessor at a set: answers as saved so far (`draft`), and as handed in, with the agreement.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Vignette',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('set', fields.ForeignKeyField('assessments.CalibrationSet', source_field='set_id', db_constraint=True, to_field='id', related_name='vignettes', on_delete=OnDelete.RESTRICT)),
                ('position', fields.IntField()),
                ('title', fields.CharField(max_length=200)),
                ('text', fields.TextField(unique=False)),
                ('marks', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('notes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'assessments_vignette', 'app': 'assessments', 'unique_together': (('set', 'position'),), 'pk_attr': 'id', 'table_description': 'Is a written session of a set, with the standard mark of each item (`marks`) and why it is that (`notes`).'},
            bases=['Model'],
        ),
    ]
