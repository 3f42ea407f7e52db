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
    dependencies = [('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Person',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='people', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('folded', fields.CharField(null=True, max_length=400)),
                ('language', fields.CharField(default='en', max_length=8)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('erased_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('test_user', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'people_person', 'app': 'people', 'indexes': [Index(fields=['folded'])], 'pk_attr': 'id', 'table_description': 'Is somebody with an id of our own; addresses and LMS identities point here and are never the key.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Difference',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('one', fields.ForeignKeyField('people.Person', source_field='one_id', db_constraint=True, to_field='id', related_name='different_from', on_delete=OnDelete.RESTRICT)),
                ('other', fields.ForeignKeyField('people.Person', source_field='other_id', db_constraint=True, to_field='id', related_name='also_different_from', on_delete=OnDelete.RESTRICT)),
                ('pair', fields.CharField(null=True, unique=True, max_length=80)),
                ('reason', fields.TextField(unique=False)),
                ('declared', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('declared_by_id', fields.UUIDField()),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_back_by_id', fields.UUIDField(null=True)),
                ('note', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'people_difference', 'app': 'people', 'indexes': [Index(fields=['one_id']), Index(fields=['other_id'])], 'pk_attr': 'id', 'table_description': "Says that two records are two people, though an address is known of both: a family's, or an office's."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Email',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='emails', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='emails', on_delete=OnDelete.RESTRICT)),
                ('address', fields.CharField(max_length=254)),
                ('confirmed', fields.BooleanField(default=False)),
                ('mail_only', fields.BooleanField(default=False, db_default=False)),
            ],
            options={'table': 'people_email', 'app': 'people', 'unique_together': (('unit', 'address'),), 'pk_attr': 'id', 'table_description': "Is one of a person's e-mail addresses, in small letters."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Letter',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=200)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='letters', on_delete=OnDelete.RESTRICT)),
                ('addressee', fields.CharField(default='', max_length=200)),
                ('address', fields.CharField(default='', max_length=254)),
                ('subject', fields.CharField(max_length=300)),
                ('text', fields.TextField(default='', unique=False)),
                ('state', fields.CharField(default='queued', max_length=12)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('broken', fields.CharField(default='', max_length=254)),
                ('failed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settled_by_id', fields.UUIDField(null=True)),
                ('note', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'people_letter', 'app': 'people', 'indexes': [Index(fields=['person_id', 'made']), Index(fields=['state', 'settled'])], 'pk_attr': 'id', 'table_description': 'Is one mail for a person, or about them to somebody whom they named, and what became of it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Membership',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='memberships', on_delete=OnDelete.RESTRICT)),
                ('role', fields.CharField(max_length=20)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='memberships', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='memberships', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('end_recorded', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_membership', 'app': 'people', 'indexes': [Index(fields=['site_id', 'person_id'])], 'pk_attr': 'id', 'table_description': 'Gives a person a role in the unit, or at one site of it, between two days, both included.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Permission',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='permissions', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(max_length=200)),
                ('may', fields.CharField(max_length=200)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='permissions', on_delete=OnDelete.RESTRICT)),
                ('starts', fields.DateField()),
                ('ends', fields.DateField(null=True)),
                ('because', fields.UUIDField()),
                ('ended_because', fields.CharField(null=True, max_length=20)),
            ],
            options={'table': 'people_permission', 'app': 'people', 'indexes': [Index(fields=['person_id', 'what'])], 'pk_attr': 'id', 'table_description': 'Lets a person do something because of an award; written above, read everywhere.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Relation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='relations', on_delete=OnDelete.RESTRICT)),
                ('other', fields.ForeignKeyField('people.Person', source_field='other_id', db_constraint=True, to_field='id', related_name='related_to', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('starts', fields.DateField(null=True)),
                ('ends', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('declared_by', fields.UUIDField(null=True)),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'people_relation', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Says how another person stands to this one: supervisor, trainer, co_leader, assessor, manager or relative.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Session',
            fields=[
                ('token_hash', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='sessions', on_delete=OnDelete.RESTRICT)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lti', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('registration_id', fields.UUIDField(null=True)),
                ('lms_staff', fields.BooleanField(default=False, db_default=False)),
                ('browser', fields.CharField(default='', db_default='', max_length=20)),
            ],
            options={'table': 'people_session', 'app': 'people', 'indexes': [Index(fields=['registration_id'])], 'pk_attr': 'token_hash', 'table_description': 'Is one signed-in browser (or one frame without cookies); only a hash of its token is stored.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignInLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='sign_in_links', on_delete=OnDelete.RESTRICT)),
                ('address', fields.CharField(max_length=254)),
                ('target', fields.CharField(default='/', max_length=500)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'people_sign_in_link', 'app': 'people', 'pk_attr': 'id', 'table_description': 'Is a link that signs one person in once; `used` is set by the one who comes first.'},
            bases=['Model'],
        ),
    ]
