"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('people', '0001_initial'), ('sites', '0004_panels_and_appeals')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Assessment',
            name='set_aside',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Assessment',
            name='set_aside_because',
            field=fields.TextField(null=True, unique=False),
        ),
    ]
