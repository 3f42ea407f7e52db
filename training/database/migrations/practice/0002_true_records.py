"""Changes the tables of `practice`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0002_true_records'), ('practice', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Supervision',
            name='programme',
            field=fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.RESTRICT),
        ),
    ]
