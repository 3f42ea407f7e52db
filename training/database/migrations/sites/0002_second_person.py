"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CentralUnit',
            name='second_publisher',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
