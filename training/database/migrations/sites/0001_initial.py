"""Changes the tables of `sites`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='CentralUnit',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('slug', fields.CharField(unique=True, max_length=60)),
                ('name', fields.CharField(max_length=200)),
                ('contact', fields.CharField(default='', max_length=200)),
                ('language', fields.CharField(default='en', max_length=8)),
                ('zone', fields.CharField(default='Europe/London', db_default='Europe/London', max_length=60)),
                ('head_address', fields.CharField(default='', db_default='', max_length=254)),
                ('first_steps_over', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('appeal_days', fields.IntField(default=28, db_default=28)),
                ('appeal_look_days', fields.IntField(default=7, db_default=7)),
                ('appeal_decide_days', fields.IntField(default=28, db_default=28)),
            ],
            options={'table': 'sites_central_unit', 'app': 'sites', 'pk_attr': 'id', 'table_description': 'Owns programmes and answers for quality; everything else belongs to one unit.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Area',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='areas', on_delete=OnDelete.RESTRICT)),
                ('code', fields.CharField(max_length=20)),
                ('name', fields.CharField(max_length=200)),
                ('parent', fields.ForeignKeyField('sites.Area', source_field='parent_id', null=True, db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.RESTRICT)),
                ('path', fields.CharField(db_index=True, max_length=300)),
            ],
            options={'table': 'sites_area', 'app': 'sites', 'unique_together': (('unit', 'code'),), 'indexes': [Index(fields=['parent_id'])], 'pk_attr': 'id', 'table_description': 'Places sites in a tree; `path` holds the codes from the root ("/WLS/CDF/"), so that a subtree is a prefix.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FormerValue',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='former_values', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('subject_id', fields.UUIDField(db_index=True)),
                ('what', fields.CharField(max_length=20)),
                ('value', fields.CharField(max_length=300)),
                ('folded', fields.CharField(null=True, max_length=400)),
                ('changed', fields.DateField()),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sites_former_value', 'app': 'sites', 'indexes': [Index(fields=['unit_id', 'kind'])], 'pk_attr': 'id', 'table_description': 'Is a name that a site, an area or a person had, or the area that a site lay in, until it was changed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Programme',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='programmes', on_delete=OnDelete.RESTRICT)),
                ('slug', fields.CharField(max_length=60)),
                ('title', fields.CharField(max_length=200)),
            ],
            options={'table': 'sites_programme', 'app': 'sites', 'unique_together': (('unit', 'slug'),), 'pk_attr': 'id', 'table_description': 'Names what is delivered to parents.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Site',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='sites', on_delete=OnDelete.RESTRICT)),
                ('area', fields.ForeignKeyField('sites.Area', source_field='area_id', db_constraint=True, to_field='id', related_name='sites', on_delete=OnDelete.RESTRICT)),
                ('code', fields.CharField(max_length=20)),
                ('name', fields.CharField(max_length=200)),
                ('folded', fields.CharField(null=True, max_length=400)),
                ('contact', fields.CharField(default='', max_length=200)),
                ('telephone', fields.CharField(default='', max_length=40)),
                ('safeguarding_lead', fields.CharField(default='', db_default='', max_length=200)),
                ('safeguarding_telephone', fields.CharField(default='', db_default='', max_length=40)),
                ('help_lines', fields.CharField(default='', db_default='', max_length=1000)),
            ],
            options={'table': 'sites_site', 'app': 'sites', 'unique_together': (('unit', 'code'),), 'indexes': [Index(fields=['area_id'])], 'pk_attr': 'id', 'table_description': 'Delivers programmes in an area.'},
            bases=['Model'],
        ),
    ]
