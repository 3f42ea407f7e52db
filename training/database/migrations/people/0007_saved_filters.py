"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0006_merges'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='saved_filters', on_delete=OnDelete.RESTRICT)),
                ('listing', fields.CharField(max_length=100)),
                ('name', fields.CharField(max_length=60)),
                ('query', fields.CharField(max_length=2000)),
            ],
            options={'table': 'people_saved_filter', 'app': 'people', 'unique_together': (('person', 'listing', 'name'),), 'pk_attr': 'id', 'table_description': 'Keeps the filters and the order of a list for one person: `listing` is its path, `query` what follows the "?".'},
            bases=['Model'],
        ),
    ]
