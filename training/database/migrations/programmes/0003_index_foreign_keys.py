"""Changes the tables of `programmes`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0005_index_foreign_keys'), ('programmes', '0002_components'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='ProgrammeRole',
            index=Index(fields=['area_id']),
        ),
        ops.AddIndex(
            model_name='ProgrammeRole',
            index=Index(fields=['site_id']),
        ),
    ]
