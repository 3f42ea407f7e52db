"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('people', '0002_nation_indexes'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='Rater',
            name=None,
            fields=['person_id'],
        ),
        ops.AddIndex(
            model_name='Rater',
            index=Index(fields=['person_id', 'state']),
        ),
    ]
