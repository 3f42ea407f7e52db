"""Changes the tables of `sites`: what a site has adopted is kept by the room of programmes."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("sites", "0001_initial")]

    initial = False

    operations = [ops.DeleteModel(name="Licence")]
