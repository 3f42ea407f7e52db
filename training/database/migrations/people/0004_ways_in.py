"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0003_ways_to_sign_in'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='NameRequest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='name_requests', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('why', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='waiting', max_length=12)),
                ('slot', fields.CharField(null=True, unique=True, max_length=40)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'people_name_request', 'app': 'people', 'pk_attr': 'id', 'table_description': "Is somebody's own wish to be called by another name, and what whoever manages them answered."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Phone',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='phones', on_delete=OnDelete.RESTRICT)),
                ('number', fields.CharField(max_length=40)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_phone', 'app': 'people', 'unique_together': (('person', 'number'),), 'pk_attr': 'id', 'table_description': 'Is a number at which a person is called; nobody is recognised by it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='SignInLink',
            name='way',
            field=fields.CharField(default='link', db_default='link', max_length=12),
        ),
    ]
