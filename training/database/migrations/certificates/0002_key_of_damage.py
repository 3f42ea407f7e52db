"""Says which column is the key of `certificates_damage`: Tortoise knows it only once it points to a table."""

from tortoise import migrations
from tortoise.migrations import operations as ops

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('certificates', '0001_initial'), ('drafts', '0001_initial'), ('people', '0001_initial'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Damage',
            options={'table': 'certificates_damage', 'app': 'certificates', 'pk_attr': 'certificate_id', 'table_description': 'Is one certificate whose record was found to be no longer what was signed; gone when it is found sound again.'},
        ),
    ]
