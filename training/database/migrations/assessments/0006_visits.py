"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('assessments', '0005_calibrations_taken_back'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Visit',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.OneToOneField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='visit', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('place', fields.CharField(max_length=200)),
                ('directions', fields.TextField(default='', unique=False)),
                ('sequence', fields.IntField(default=0)),
                ('changed', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('called_off', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_visit', 'app': 'assessments', 'pk_attr': 'id', 'table_description': 'Is when and where an assessment is watched: planned, perhaps changed, called off with the assessment.'},
            bases=['Model'],
        ),
    ]
