"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddField(
            model_name='FormerValue',
            name='folded',
            field=fields.CharField(null=True, max_length=400),
        ),
        ops.AddField(
            model_name='Site',
            name='folded',
            field=fields.CharField(null=True, max_length=400),
        ),
    ]
