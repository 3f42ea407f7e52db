"""Changes the tables of `lti`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('lti', '0003_drop_proposals'), ('people', '0004_two_people'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Identity',
            name='proposed_name',
            field=fields.CharField(null=True, max_length=200),
        ),
        ops.AddIndex(
            model_name='Identity',
            index=Index(fields=['proposed_name']),
        ),
    ]
