"""Changes the tables of `certificates`: what was shown on paper is kept by the room of records."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    initial = False

    operations = [ops.DeleteModel(name="RecordedEvidence")]
