"""Ends the sessions that came through a learning system: which one it was is known of later ones only."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('people', '0002_true_records')]

    initial = False

    operations = [
        ops.RunSQL('UPDATE people_session SET ended = seen WHERE lti IS NOT NULL AND ended IS NULL'),
    ]
