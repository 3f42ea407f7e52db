"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.CreateModel(
            name='TaskList',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.OneToOneField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='task_list', on_delete=OnDelete.RESTRICT)),
                ('waiting', fields.IntField(default=0)),
                ('weekly', fields.BooleanField(default=True, db_default=True)),
            ],
            options={'table': 'people_task_list', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Says of a person how many tasks waited when they were counted last, and whether a mail tells them each week.'},
            bases=['Model'],
        ),
    ]
