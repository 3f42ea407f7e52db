"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [('certificates', '0002_true_records'), ('people', '0001_initial'), ('people', '0002_true_records'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Damage',
            options={'table': 'certificates_damage', 'app': 'certificates', 'pk_attr': 'certificate_id', 'table_description': 'Is one certificate whose record was found to be no longer what was signed; gone when it is found sound again.'},
        ),
    ]
