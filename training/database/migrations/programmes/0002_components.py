"""Changes the tables of `programmes`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('programmes', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ComponentList',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='component_lists', on_delete=OnDelete.RESTRICT)),
                ('version', fields.CharField(max_length=40)),
                ('body', fields.TextField(unique=False)),
                ('published', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'programmes_component_list', 'app': 'programmes', 'unique_together': (('programme', 'version'),), 'pk_attr': 'id', 'table_description': 'Is one published list of the parts that sessions of a programme are made of; never changed after.'},
            bases=['Model'],
        ),
    ]
