"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Area',
            index=Index(fields=['parent_id']),
        ),
        ops.AddIndex(
            model_name='Site',
            index=Index(fields=['area_id']),
        ),
    ]
