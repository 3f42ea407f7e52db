"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0002_task_list'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Factor',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='factors', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('name', fields.CharField(max_length=60)),
                ('credential_id', fields.CharField(null=True, unique=True, max_length=1400)),
                ('public_key', fields.TextField(default='', unique=False)),
                ('secret', fields.TextField(default='', unique=False)),
                ('counter', fields.BigIntField(default=0)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('removed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_factor', 'app': 'people', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Is a passkey, or an authenticator that shows codes, by which a person proves who they are.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OpenIdProvider',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.OneToOneField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='openid_provider', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=100)),
                ('issuer', fields.CharField(max_length=500)),
                ('client_id', fields.CharField(max_length=255)),
                ('client_secret', fields.TextField(default='', unique=False)),
                ('domains', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('strong_values', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'people_openid_provider', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Is where an organisation signs its people in: its OpenID provider, as one unit trusts it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='recovery_codes', on_delete=OnDelete.RESTRICT)),
                ('hash', fields.CharField(max_length=64)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_recovery_code', 'app': 'people', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Is one of the codes for the day on which a device is lost; shown once, kept as a keyed hash, works once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInNumber',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.OneToOneField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='sign_in_number', on_delete=OnDelete.RESTRICT)),
                ('number', fields.CharField(db_index=True, max_length=20)),
                ('added', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_sign_in_number', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Is the number to which a person without e-mail gets codes to sign in; people of one family may share one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInPolicy',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.OneToOneField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='sign_in_policy', on_delete=OnDelete.RESTRICT)),
                ('second_step_roles', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('second_step_from', fields.DateField()),
            ],
            options={'table': 'people_sign_in_policy', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Says how the people of a unit sign in; where there is none, what `rules` says holds.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInReset',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='sign_in_resets', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='asked', max_length=10)),
                ('slot', fields.CharField(null=True, unique=True, max_length=40)),
                ('reason', fields.TextField(unique=False)),
                ('asked', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('asked_by_id', fields.UUIDField()),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'people_sign_in_reset', 'app': 'people', 'indexes': [Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Asks that somebody who lost their devices may sign in by a link alone once more; a second person agrees.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TextCode',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='text_codes', on_delete=OnDelete.RESTRICT)),
                ('number', fields.CharField(db_index=True, max_length=20)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('tries', fields.IntField(default=0)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('state', fields.CharField(default='queued', max_length=10)),
                ('reason', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'people_text_code', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Is one text message with a code to sign in, and what became of it; the code itself is stored nowhere.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='TextGateway',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.OneToOneField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='text_gateway', on_delete=OnDelete.RESTRICT)),
                ('url', fields.CharField(max_length=500)),
                ('secret', fields.TextField(unique=False)),
                ('country_code', fields.CharField(max_length=5)),
            ],
            options={'table': 'people_text_gateway', 'app': 'people', 'pk_attr': 'id', 'table_description': "Is where a unit's text messages are handed over: a web hook of whoever sends them."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Session',
            name='strong',
            field=fields.BooleanField(default=False, db_default=True),
        ),
        ops.AddField(
            model_name='Session',
            name='way',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
    ]
