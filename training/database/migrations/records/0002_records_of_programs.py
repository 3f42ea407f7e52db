"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('records', '0001_initial'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Record',
            name='program',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Record',
            name='program_id',
            field=fields.UUIDField(null=True),
        ),
    ]
