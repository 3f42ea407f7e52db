"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CentralUnit',
            name='first_steps_over',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
