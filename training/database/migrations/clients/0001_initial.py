"""Changes the tables of `clients`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='ApiClient',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='api_clients', on_delete=OnDelete.RESTRICT)),
                ('area', fields.ForeignKeyField('sites.Area', source_field='area_id', null=True, db_constraint=True, to_field='id', related_name='api_clients', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='api_clients', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('contact', fields.CharField(max_length=200)),
                ('scopes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('key_set_url', fields.CharField(default='', max_length=1000)),
                ('keys', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('former_keys', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('state', fields.CharField(default='active', max_length=10)),
                ('registered', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('registered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'clients_api_client', 'app': 'clients', 'indexes': [Index(fields=['area_id']), Index(fields=['site_id'])], 'pk_attr': 'id', 'table_description': 'Is a program of a unit, or of a site or an area in it: what it may, and the keys by which it proves who it is.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KeyedAnswer',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('digest', fields.CharField(max_length=64)),
                ('answer', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('expires', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_keyed_answer', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'Is what a request with an Idempotency-Key was answered: sent once more, it is answered so again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='UsedAssertion',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('expires', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_used_assertion', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'Remembers that an assertion has got a token, so that it gets one; `id` is the hash of its client and its name.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Webhook',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('client', fields.OneToOneField('clients.ApiClient', source_field='client_id', db_constraint=True, to_field='id', related_name='webhook', on_delete=OnDelete.RESTRICT)),
                ('url', fields.CharField(max_length=1000)),
                ('events', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('secret', fields.TextField(unique=False)),
                ('former_secret', fields.TextField(default='', unique=False)),
                ('former_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('stopped', fields.BooleanField(default=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'clients_webhook', 'app': 'clients', 'pk_attr': 'id', 'table_description': 'Is the address at which a program is told of some kinds of event, signed with a secret that both know.'},
            bases=['Model'],
        ),
    ]
