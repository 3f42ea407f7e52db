"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('courses', '0002_attendance_as_evidence'), ('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Cohort',
            name='programme',
            field=fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='cohorts', on_delete=OnDelete.RESTRICT),
        ),
    ]
