"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('assessments', '0002_panels_and_appeals'), ('assessments', '0003_index_foreign_keys'), ('people', '0007_saved_filters'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Draft',
            name='device_draft',
            field=fields.UUIDField(null=True),
        ),
    ]
