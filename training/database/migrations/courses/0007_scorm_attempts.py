"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('courses', '0006_package_archives'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded'), ('sites', '0008_safeguarding')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ScormAttempt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('enrolment', fields.ForeignKeyField('courses.Enrolment', source_field='enrolment_id', db_constraint=True, to_field='id', related_name='scorm_attempts', on_delete=OnDelete.RESTRICT)),
                ('activity', fields.ForeignKeyField('courses.Activity', source_field='activity_id', db_constraint=True, to_field='id', related_name='scorm_attempts', on_delete=OnDelete.RESTRICT)),
                ('sco', fields.IntField()),
                ('launch', fields.UUIDField()),
                ('launched', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('saved', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('completion', fields.CharField(default='not attempted', max_length=20)),
                ('success', fields.CharField(default='unknown', max_length=10)),
                ('scaled_score', fields.FloatField(null=True)),
                ('raw_score', fields.FloatField(null=True)),
                ('lowest_score', fields.FloatField(null=True)),
                ('highest_score', fields.FloatField(null=True)),
                ('best_percent', fields.FloatField(null=True)),
                ('location', fields.TextField(default='', unique=False)),
                ('suspend_data', fields.TextField(default='', unique=False)),
                ('exit', fields.CharField(default='', max_length=10)),
                ('total_seconds', fields.IntField(default=0)),
                ('session_seconds', fields.IntField(default=0)),
                ('done', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_scorm_attempt', 'app': 'courses', 'unique_together': (('enrolment', 'activity', 'sco'),), 'indexes': [Index(fields=['activity_id'])], 'pk_attr': 'id', 'table_description': 'What a SCORM lesson has reported of somebody, and what it needs to go on where they left it.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Activity',
            options={'table': 'courses_activity', 'app': 'courses', 'unique_together': (('module', 'slug'),), 'pk_attr': 'id', 'table_description': 'A page, video, quiz, task or SCORM lesson of a module, with its content in each language, already safe to show.'},
        ),
    ]
