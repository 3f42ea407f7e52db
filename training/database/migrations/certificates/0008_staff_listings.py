"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('certificates', '0007_panels_and_appeals'), ('people', '0002_task_list'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='StaffListing',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='staff_listings', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', db_constraint=True, to_field='id', related_name='staff_listings', on_delete=OnDelete.RESTRICT)),
                ('given', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_staff_listing', 'app': 'certificates', 'unique_together': (('person', 'site'),), 'pk_attr': 'id', 'table_description': "Is somebody's word that the public list of a site's staff may name them; taken back, it is gone."},
            bases=['Model'],
        ),
    ]
