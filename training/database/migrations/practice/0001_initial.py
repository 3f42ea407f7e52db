"""Changes the tables of `practice`."""

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
            name='BackgroundCheck',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry_key', fields.UUIDField(unique=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='checks', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='checks', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(max_length=80)),
                ('issued', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.ForeignKeyField('people.Person', source_field='recorded_by_id', db_constraint=True, to_field='id', related_name='checks_recorded', on_delete=OnDelete.RESTRICT)),
                ('replaces', fields.OneToOneField('practice.BackgroundCheck', source_field='replaces_id', null=True, db_constraint=True, to_field='id', related_name='replaced_by', on_delete=OnDelete.RESTRICT)),
                ('void', fields.BooleanField(default=False)),
            ],
            options={'table': 'practice_check', 'app': 'practice', 'indexes': [Index(fields=['person_id', 'what'])], 'pk_attr': 'id', 'table_description': 'Is a check that a coordinator has seen, such as an enhanced DBS check, and how long it holds.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Delivery',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry_key', fields.UUIDField(unique=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='deliveries', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(default='group', max_length=80)),
                ('group_name', fields.CharField(max_length=120)),
                ('began', fields.DateField()),
                ('ended', fields.DateField()),
                ('sessions', fields.IntField()),
                ('hours', fields.DecimalField(max_digits=6, decimal_places=2)),
                ('role', fields.CharField(max_length=20)),
                ('parents_enrolled', fields.IntField()),
                ('parents_completing', fields.IntField()),
                ('mode', fields.CharField(max_length=20)),
                ('language', fields.CharField(default='', max_length=40)),
                ('protocol', fields.CharField(default='', max_length=80)),
                ('note', fields.TextField(default='', unique=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.ForeignKeyField('people.Person', source_field='recorded_by_id', db_constraint=True, to_field='id', related_name='deliveries_recorded', on_delete=OnDelete.RESTRICT)),
                ('replaces', fields.OneToOneField('practice.Delivery', source_field='replaces_id', null=True, db_constraint=True, to_field='id', related_name='replaced_by', on_delete=OnDelete.RESTRICT)),
                ('void', fields.BooleanField(default=False)),
            ],
            options={'table': 'practice_delivery', 'app': 'practice', 'indexes': [Index(fields=['person_id', 'ended'])], 'pk_attr': 'id', 'table_description': 'Is a group of parents that somebody led, as logged; `void` rows only take back the row they replace.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DeliveryTeam',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('practice.Delivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name='team', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='co_led', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('role', fields.CharField(default='co_leader', max_length=20)),
            ],
            options={'table': 'practice_delivery_team', 'app': 'practice', 'pk_attr': 'id', 'table_description': 'Is somebody who led the group too; `person` when they are known here, else the name alone.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Supervision',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry_key', fields.UUIDField(unique=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.RESTRICT)),
                ('supervisor', fields.ForeignKeyField('people.Person', source_field='supervisor_id', null=True, db_constraint=True, to_field='id', related_name='supervised', on_delete=OnDelete.RESTRICT)),
                ('supervisor_name', fields.CharField(max_length=200)),
                ('what', fields.CharField(max_length=80)),
                ('held', fields.DateField()),
                ('minutes', fields.IntField()),
                ('mode', fields.CharField(default='', max_length=20)),
                ('topics', fields.TextField(default='', unique=False)),
                ('note', fields.TextField(default='', unique=False)),
                ('delivery', fields.ForeignKeyField('practice.Delivery', source_field='delivery_id', null=True, db_constraint=True, to_field='id', related_name='supervisions', on_delete=OnDelete.RESTRICT)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.ForeignKeyField('people.Person', source_field='recorded_by_id', db_constraint=True, to_field='id', related_name='supervisions_recorded', on_delete=OnDelete.RESTRICT)),
                ('replaces', fields.OneToOneField('practice.Supervision', source_field='replaces_id', null=True, db_constraint=True, to_field='id', related_name='replaced_by', on_delete=OnDelete.RESTRICT)),
                ('void', fields.BooleanField(default=False)),
            ],
            options={'table': 'practice_supervision', 'app': 'practice', 'indexes': [Index(fields=['person_id', 'held'])], 'pk_attr': 'id', 'table_description': 'Is one supervision session received, as logged.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Confirmation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='confirmations_about', on_delete=OnDelete.RESTRICT)),
                ('delivery', fields.ForeignKeyField('practice.Delivery', source_field='delivery_id', null=True, db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('supervision', fields.ForeignKeyField('practice.Supervision', source_field='supervision_id', null=True, db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('confirmer', fields.ForeignKeyField('people.Person', source_field='confirmer_id', null=True, db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('confirmer_name', fields.CharField(max_length=200)),
                ('contact', fields.CharField(default='', max_length=254)),
                ('state', fields.CharField(default='asked', max_length=12)),
                ('strength', fields.CharField(default='', max_length=16)),
                ('asked', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('dispute_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('disputed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(default='', unique=False)),
                ('dispute_note', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'practice_confirmation', 'app': 'practice', 'indexes': [Index(fields=['confirmer_id', 'state']), Index(fields=['person_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Asks one named person to confirm one record; moves asked → confirmed, disputed or expired, confirmed → disputed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ConfirmationLink',
            fields=[
                ('token_hash', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('confirmation', fields.ForeignKeyField('practice.Confirmation', source_field='confirmation_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.RESTRICT)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'practice_confirmation_link', 'app': 'practice', 'pk_attr': 'token_hash', 'table_description': 'Is a link that answers one confirmation once; only a hash of its token is stored.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tailoring',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('delivery', fields.ForeignKeyField('practice.Delivery', source_field='delivery_id', db_constraint=True, to_field='id', related_name='tailorings', on_delete=OnDelete.RESTRICT)),
                ('component', fields.CharField(max_length=120)),
                ('kind', fields.CharField(max_length=12)),
                ('changed', fields.TextField(unique=False)),
                ('for_whom', fields.TextField(default='', unique=False)),
                ('why', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'practice_tailoring', 'app': 'practice', 'pk_attr': 'id', 'table_description': 'Says what was changed in a part of the programme, for whom and why.'},
            bases=['Model'],
        ),
    ]
