"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('assessments', '0002_panels_and_appeals'), ('assessments', '0003_index_foreign_keys'), ('assessments', '0004_drafts_of_devices'), ('assessments', '0005_calibrations_taken_back'), ('assessments', '0006_visits'), ('assessments', '0007_countersignatures'), ('assessments', '0008_disagreements'), ('assessments', '0009_texts_of_instruments'), ('assessments', '0010_quality'), ('assessments', '0011_calibration_sets'), ('assessments', '0012_answers'), ('certificates', '0013_rules_taken_back'), ('drafts', '0001_initial'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded'), ('sites', '0008_safeguarding')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PublicPage',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='public_pages', on_delete=OnDelete.RESTRICT)),
                ('slot', fields.CharField(null=True, unique=True, max_length=60)),
                ('description', fields.TextField(unique=False)),
                ('evidence', fields.CharField(default='', max_length=200)),
                ('evidence_link', fields.CharField(default='', max_length=500)),
                ('cost', fields.CharField(default='', max_length=200)),
                ('cost_source', fields.CharField(default='', max_length=500)),
                ('adoption', fields.TextField(unique=False)),
                ('ask', fields.CharField(max_length=300)),
                ('saved', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('saved_by_id', fields.UUIDField()),
                ('published', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('published_by_id', fields.UUIDField(null=True)),
                ('taken_down', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_down_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'certificates_public_page', 'app': 'certificates', 'indexes': [Index(fields=['programme_id', 'published'])], 'pk_attr': 'id', 'table_description': 'Is one version of what a unit says of a programme to everybody who thinks of taking it up.'},
            bases=['Model'],
        ),
    ]
