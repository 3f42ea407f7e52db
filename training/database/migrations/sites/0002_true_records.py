"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FormerValue',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='former_values', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.UUIDField(db_index=True)),
                ('what', fields.CharField(max_length=20)),
                ('value', fields.CharField(max_length=300)),
                ('changed', fields.DateField()),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sites_former_value', 'app': 'sites', 'indexes': [Index(fields=['unit_id', 'kind'])], 'pk_attr': 'id', 'table_description': 'Is a name that a site, an area or a person had, or the area that a site lay in, until it was changed.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='CentralUnit',
            name='head_address',
            field=fields.CharField(default='', db_default='', max_length=254),
        ),
        ops.AddField(
            model_name='CentralUnit',
            name='zone',
            field=fields.CharField(default='Europe/London', db_default='Europe/London', max_length=60),
        ),
    ]
