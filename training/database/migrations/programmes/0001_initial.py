"""Changes the tables of `programmes`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Adoption',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', db_constraint=True, to_field='id', related_name='adoptions', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='adoptions', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField(null=True)),
                ('end_recorded', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'programmes_adoption', 'app': 'programmes', 'indexes': [Index(fields=['site_id', 'programme_id'])], 'pk_attr': 'id', 'table_description': 'Says that a site delivers a programme, between two days, both included.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Application',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='applications', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='applications', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', db_constraint=True, to_field='id', related_name='applications', on_delete=OnDelete.RESTRICT)),
                ('words', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='waiting', max_length=12)),
                ('slot', fields.CharField(null=True, unique=True, max_length=80)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'programmes_application', 'app': 'programmes', 'indexes': [Index(fields=['site_id', 'state']), Index(fields=['person_id', 'made'])], 'pk_attr': 'id', 'table_description': "Is somebody's own wish to join a programme at a site, and the site's answer; a refusal stays, with its reason."},
            bases=['Model'],
        ),
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
        ops.CreateModel(
            name='Place',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='places', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='places', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='places', on_delete=OnDelete.RESTRICT)),
                ('version', fields.CharField(default='', max_length=40)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('end_reason', fields.CharField(default='', max_length=20)),
                ('funding', fields.CharField(default='', max_length=100)),
                ('route', fields.CharField(default='', max_length=100)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField(null=True)),
                ('end_recorded', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'programmes_place', 'app': 'programmes', 'indexes': [Index(fields=['person_id', 'programme_id']), Index(fields=['site_id', 'programme_id'])], 'pk_attr': 'id', 'table_description': "Is somebody's part in a programme, at a site or for the whole unit, between two days, both included."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ProgrammeRole',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='programme_roles', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='roles', on_delete=OnDelete.RESTRICT)),
                ('role', fields.CharField(max_length=80)),
                ('area', fields.ForeignKeyField('sites.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name='programme_roles', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='programme_roles', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField(null=True)),
                ('end_recorded', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'programmes_role', 'app': 'programmes', 'indexes': [Index(fields=['area_id']), Index(fields=['site_id']), Index(fields=['person_id', 'programme_id']), Index(fields=['programme_id', 'role'])], 'pk_attr': 'id', 'table_description': "Gives a person one of the roles that a programme's rules name, at a site, in an area, or in the whole unit."},
            bases=['Model'],
        ),
    ]
