"""Changes the tables of `trail`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('trail', '0001_initial')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Followup',
            index=Index(fields=['fact_id']),
        ),
    ]
