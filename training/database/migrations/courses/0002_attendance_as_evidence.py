"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('courses', '0001_initial'), ('people', '0001_initial'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TaskReply',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry', fields.ForeignKeyField('courses.TaskEntry', source_field='entry_id', db_constraint=True, to_field='id', related_name='replies', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='task_replies', on_delete=OnDelete.RESTRICT)),
                ('words', fields.TextField(default='', unique=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'courses_reply', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'What somebody who trains wrote back about what was handed in for a task; without words it was read only.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Cohort',
            options={'table': 'courses_cohort', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'People who are trained together, at one site or over several: in a course of ours, or in another training.'},
        ),
        ops.AlterField(
            model_name='Cohort',
            name='course',
            field=fields.ForeignKeyField('courses.Course', source_field='course_id', null=True, db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Cohort',
            name='learning',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Cohort',
            name='unit',
            field=fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', null=True, db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT),
        ),
        # The unit of a cohort was that of its course.
        ops.RunSQL('UPDATE courses_cohort SET unit_id = (SELECT c.unit_id FROM courses_course c WHERE c.id = course_id)'),
        ops.AlterField(
            model_name='Cohort',
            name='unit',
            field=fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterModelOptions(
            name='Session',
            options={'table': 'courses_session', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'A dated training event of a cohort, of one day or several: how long, how, about what, and who leads it.'},
        ),
        ops.AddField(
            model_name='Session',
            name='days',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='Session',
            name='last_day',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Session',
            name='learning',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Session',
            name='mode',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Session',
            name='topics',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Session',
            name='trainer',
            field=fields.ForeignKeyField('people.Person', source_field='trainer_id', null=True, db_constraint=True, to_field='id', related_name='sessions_led', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Session',
            name='trainer_name',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        # SQLite cannot drop the constraint that there is one note for each person; who was absent had no minutes.
        ops.RunSQL('CREATE TABLE courses_attendance_before AS SELECT * FROM courses_attendance'),
        ops.DeleteModel(name='Attendance'),
        ops.CreateModel(
            name='Attendance',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('session', fields.ForeignKeyField('courses.Session', source_field='session_id', db_constraint=True, to_field='id', related_name='attendance', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='attendance', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField(default=1)),
                ('came', fields.CharField(default='present', max_length=10)),
                ('note', fields.CharField(default='', max_length=300)),
                ('made_up_in', fields.ForeignKeyField('courses.Session', source_field='made_up_in_id', null=True, db_constraint=True, to_field='id', related_name='makes_up', on_delete=OnDelete.RESTRICT)),
                ('learning', fields.CharField(default='', max_length=200)),
                ('first_day', fields.DateField(null=True)),
                ('last_day', fields.DateField(null=True)),
                ('minutes', fields.IntField()),
                ('days', fields.FloatField(null=True)),
                ('mode', fields.CharField(default='', max_length=20)),
                ('topics', fields.TextField(default='', unique=False)),
                ('trainer', fields.ForeignKeyField('people.Person', source_field='trainer_id', null=True, db_constraint=True, to_field='id', related_name='attendance_led', on_delete=OnDelete.RESTRICT)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.UUIDField()),
            ],
            options={'table': 'courses_attendance', 'app': 'courses', 'unique_together': (('session', 'person', 'number'),), 'pk_attr': 'id', 'table_description': 'What is noted of one person at one session: never changed, a later note stands beside it with the next number.'},
            bases=['Model'],
        ),
        ops.RunSQL([
            "INSERT INTO courses_attendance (id, session_id, person_id, number, came, note, learning, minutes, mode, topics, recorded, recorded_by) SELECT id, session_id, person_id, 1, CASE WHEN minutes > 0 THEN 'present' ELSE 'absent' END, '', '', minutes, '', '', recorded, recorded_by FROM courses_attendance_before",
            'DROP TABLE courses_attendance_before',
        ]),
    ]
