"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CentralUnit',
            name='appeal_days',
            field=fields.IntField(default=28, db_default=28),
        ),
        ops.AddField(
            model_name='CentralUnit',
            name='appeal_decide_days',
            field=fields.IntField(default=28, db_default=28),
        ),
        ops.AddField(
            model_name='CentralUnit',
            name='appeal_look_days',
            field=fields.IntField(default=7, db_default=7),
        ),
    ]
