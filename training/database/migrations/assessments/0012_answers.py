"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('assessments', '0011_calibration_sets'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
        ops.CreateModel(
            name='LearnerAnswer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.OneToOneField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='answer', on_delete=OnDelete.RESTRICT)),
                ('words', fields.TextField(unique=False)),
                ('written', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_learner_answer', 'app': 'assessments', 'pk_attr': 'id', 'table_description': 'Is what whoever was watched says to the result of an assessment; changed freely for some weeks.'},
            bases=['Model'],
        ),
    ]
