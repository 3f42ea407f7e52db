"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Course',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='courses', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='courses', on_delete=OnDelete.RESTRICT)),
                ('slug', fields.CharField(max_length=100)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_course', 'app': 'courses', 'unique_together': (('unit', 'slug'),), 'pk_attr': 'id', 'table_description': 'A course of a central unit; what it teaches stands in its versions.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Cohort',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('course', fields.ForeignKeyField('courses.Course', source_field='course_id', db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT)),
                ('trainer', fields.ForeignKeyField('people.Person', source_field='trainer_id', null=True, db_constraint=True, to_field='id', related_name='cohorts_led', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
            ],
            options={'table': 'courses_cohort', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'People who take a course together, at one site or over several.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CourseVersion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('course', fields.ForeignKeyField('courses.Course', source_field='course_id', db_constraint=True, to_field='id', related_name='versions', on_delete=OnDelete.RESTRICT)),
                ('number', fields.CharField(max_length=20)),
                ('edit_class', fields.CharField(max_length=20)),
                ('languages', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('title', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('summary', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('learning', fields.CharField(max_length=200)),
                ('competencies', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('minutes', fields.IntField()),
                ('digest', fields.CharField(max_length=64)),
                ('published', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'courses_version', 'app': 'courses', 'unique_together': (('course', 'number'),), 'pk_attr': 'id', 'table_description': 'One published state of a course; never changed, so that a result says for ever what was learnt.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Media',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='media', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=300)),
                ('stored', fields.CharField(max_length=100)),
                ('media_type', fields.CharField(max_length=100)),
                ('size_bytes', fields.IntField()),
                ('sha256', fields.CharField(max_length=64)),
            ],
            options={'table': 'courses_media', 'app': 'courses', 'unique_together': (('version', 'name'),), 'pk_attr': 'id', 'table_description': 'A picture, video or caption file of a course version, stored under a random name.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Module',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='modules', on_delete=OnDelete.RESTRICT)),
                ('place', fields.IntField()),
                ('slug', fields.CharField(max_length=100)),
                ('title', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('tailoring', fields.CharField(max_length=10)),
                ('minutes', fields.IntField()),
                ('needs', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('languages', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('competencies', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('complete', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'courses_module', 'app': 'courses', 'unique_together': (('version', 'slug'),), 'pk_attr': 'id', 'table_description': 'A part of a course version that is finished by a rule of its own.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Activity',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('module', fields.ForeignKeyField('courses.Module', source_field='module_id', db_constraint=True, to_field='id', related_name='activities', on_delete=OnDelete.RESTRICT)),
                ('place', fields.IntField()),
                ('slug', fields.CharField(max_length=100)),
                ('kind', fields.CharField(max_length=10)),
                ('title', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('tailoring', fields.CharField(max_length=10)),
                ('minutes', fields.IntField()),
                ('content', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'courses_activity', 'app': 'courses', 'unique_together': (('module', 'slug'),), 'pk_attr': 'id', 'table_description': 'A page, video, quiz or task of a module, with its content in each language, already safe to show.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Enrolment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='enrolments', on_delete=OnDelete.RESTRICT)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='enrolments', on_delete=OnDelete.RESTRICT)),
                ('course', fields.ForeignKeyField('courses.Course', source_field='course_id', db_constraint=True, to_field='id', related_name='enrolments', on_delete=OnDelete.RESTRICT)),
                ('language', fields.CharField(max_length=10)),
                ('came_by', fields.CharField(default='', max_length=200)),
                ('place', fields.ForeignKeyField('courses.Activity', source_field='place_id', null=True, db_constraint=True, to_field='id', related_name='here', on_delete=OnDelete.RESTRICT)),
                ('started', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_enrolment', 'app': 'courses', 'unique_together': (('person', 'version'),), 'pk_attr': 'id', 'table_description': 'A person takes a course, in the version that was current when the person began.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Completion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('enrolment', fields.ForeignKeyField('courses.Enrolment', source_field='enrolment_id', db_constraint=True, to_field='id', related_name='completions', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='completions', on_delete=OnDelete.RESTRICT)),
                ('version', fields.ForeignKeyField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='completions', on_delete=OnDelete.RESTRICT)),
                ('module', fields.CharField(default='', max_length=100)),
                ('happened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_completion', 'app': 'courses', 'unique_together': (('enrolment', 'module'),), 'pk_attr': 'id', 'table_description': 'A dated result: a person completed a module, or the whole course, of one version.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Progress',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('enrolment', fields.ForeignKeyField('courses.Enrolment', source_field='enrolment_id', db_constraint=True, to_field='id', related_name='progress', on_delete=OnDelete.RESTRICT)),
                ('activity', fields.ForeignKeyField('courses.Activity', source_field='activity_id', db_constraint=True, to_field='id', related_name='progress', on_delete=OnDelete.RESTRICT)),
                ('opened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('done', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('more_tries', fields.IntField(default=0)),
            ],
            options={'table': 'courses_progress', 'app': 'courses', 'unique_together': (('enrolment', 'activity'),), 'pk_attr': 'id', 'table_description': 'How far an enrolment is in one activity.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='QuizAttempt',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('enrolment', fields.ForeignKeyField('courses.Enrolment', source_field='enrolment_id', db_constraint=True, to_field='id', related_name='attempts', on_delete=OnDelete.RESTRICT)),
                ('activity', fields.ForeignKeyField('courses.Activity', source_field='activity_id', db_constraint=True, to_field='id', related_name='attempts', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('state', fields.CharField(max_length=10)),
                ('position', fields.IntField(default=1)),
                ('opened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('handed_in', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('given', fields.IntField(null=True)),
                ('maximum', fields.IntField(null=True)),
                ('passed', fields.BooleanField(null=True)),
            ],
            options={'table': 'courses_attempt', 'app': 'courses', 'unique_together': (('enrolment', 'activity', 'number'),), 'pk_attr': 'id', 'table_description': 'One try at a quiz; frozen once it is handed in.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Answer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('attempt', fields.ForeignKeyField('courses.QuizAttempt', source_field='attempt_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.RESTRICT)),
                ('question', fields.CharField(max_length=100)),
                ('choices', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('answered', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_answer', 'app': 'courses', 'unique_together': (('attempt', 'question'),), 'pk_attr': 'id', 'table_description': 'The choices ticked for one question of an attempt.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Seat',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('cohort', fields.ForeignKeyField('courses.Cohort', source_field='cohort_id', db_constraint=True, to_field='id', related_name='places', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='cohort_places', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
            ],
            options={'table': 'courses_place', 'app': 'courses', 'unique_together': (('cohort', 'person', 'starts'),), 'pk_attr': 'id', 'table_description': "A person's place in a cohort."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('cohort', fields.ForeignKeyField('courses.Cohort', source_field='cohort_id', db_constraint=True, to_field='id', related_name='sessions', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=200)),
                ('held_on', fields.DateField()),
                ('minutes', fields.IntField()),
            ],
            options={'table': 'courses_session', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'A dated training event of a cohort.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Attendance',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('session', fields.ForeignKeyField('courses.Session', source_field='session_id', db_constraint=True, to_field='id', related_name='attendance', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='attendance', on_delete=OnDelete.RESTRICT)),
                ('minutes', fields.IntField()),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.UUIDField()),
            ],
            options={'table': 'courses_attendance', 'app': 'courses', 'unique_together': (('session', 'person'),), 'pk_attr': 'id', 'table_description': 'Whether one person came to one session: `minutes` is 0 for somebody who did not.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TaskEntry',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('enrolment', fields.ForeignKeyField('courses.Enrolment', source_field='enrolment_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.RESTRICT)),
                ('activity', fields.ForeignKeyField('courses.Activity', source_field='activity_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.RESTRICT)),
                ('note', fields.TextField(unique=False)),
                ('file_name', fields.CharField(default='', max_length=200)),
                ('stored', fields.CharField(default='', max_length=100)),
                ('sha256', fields.CharField(default='', max_length=64)),
                ('handed_in', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_entry', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'What a person handed in for a task; a later entry stands beside the earlier one.'},
            bases=['Model'],
        ),
    ]
