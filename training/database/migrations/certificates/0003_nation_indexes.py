"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0002_nation_indexes'), ('certificates', '0001_initial'), ('certificates', '0002_key_of_damage'), ('drafts', '0001_initial'), ('people', '0001_initial'), ('people', '0002_nation_indexes'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Certification',
            index=Index(fields=['ends']),
        ),
    ]
