"""Drops proposals that nobody has answered: they were kept in another shape, and the system may propose again."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('lti', '0002_true_records')]

    initial = False

    operations = [
        ops.RunSQL('UPDATE lti_registration SET proposed = NULL WHERE proposed IS NOT NULL'),
    ]
