"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('courses', '0007_scorm_attempts'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded'), ('sites', '0008_safeguarding')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TopUp',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='top_ups', on_delete=OnDelete.RESTRICT)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='top_ups', on_delete=OnDelete.RESTRICT)),
                ('whole', fields.BooleanField(default=False)),
                ('due', fields.DateField()),
                ('state', fields.CharField(default='open', max_length=10)),
                ('given', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('missed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_top_up', 'app': 'courses', 'unique_together': (('person', 'version'),), 'indexes': [Index(fields=['version_id', 'state']), Index(fields=['state', 'due'])], 'pk_attr': 'id', 'table_description': 'Asks somebody who has done an earlier version of a course for what is new in a later one, by a day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VersionChoice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='choices', on_delete=OnDelete.RESTRICT)),
                ('turn', fields.IntField()),
                ('middle', fields.CharField(max_length=10)),
                ('middle_on', fields.DateField(null=True)),
                ('done', fields.CharField(max_length=10)),
                ('done_by', fields.DateField(null=True)),
                ('late', fields.CharField(max_length=10)),
                ('because', fields.TextField(unique=False)),
                ('classes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('counted', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('chosen', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('chosen_by_id', fields.UUIDField()),
            ],
            options={'table': 'courses_version_choice', 'app': 'courses', 'unique_together': (('version', 'turn'),), 'pk_attr': 'id', 'table_description': 'Is what was chosen for those who had begun or done a course when a version of it came; the last `turn` holds.'},
            bases=['Model'],
        ),
    ]
