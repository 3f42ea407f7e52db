"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('people', '0001_initial'), ('people', '0002_true_records'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Assessment',
            name='cancelled_because',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Assessment',
            name='programme',
            field=fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Assessment',
            name='slot',
            field=fields.CharField(null=True, max_length=300),
        ),
        ops.AddConstraint(
            model_name='Assessment',
            constraint=UniqueConstraint(fields=('slot',), name=None),
        ),
    ]
