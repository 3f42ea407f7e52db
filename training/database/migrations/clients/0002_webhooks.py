"""Changes the tables of `clients`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('clients', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
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
