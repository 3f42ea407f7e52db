"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0004_ways_in'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Email',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Membership',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='NameRequest',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Permission',
            index=Index(fields=['site_id']),
        ),
        ops.AddIndex(
            model_name='Relation',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Relation',
            index=Index(fields=['other_id']),
        ),
        ops.AddIndex(
            model_name='Session',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='SignInLink',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='TextCode',
            index=Index(fields=['person_id']),
        ),
    ]
