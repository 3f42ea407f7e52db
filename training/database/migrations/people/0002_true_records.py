"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
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
        ops.AddField(
            model_name='Email',
            name='mail_only',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Membership',
            name='end_recorded',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Membership',
            name='recorded',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Permission',
            name='ended_because',
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.AddField(
            model_name='Person',
            name='folded',
            field=fields.CharField(null=True, max_length=400),
        ),
        ops.AddField(
            model_name='Person',
            name='test_user',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddIndex(
            model_name='Person',
            index=Index(fields=['folded']),
        ),
        ops.AddField(
            model_name='Relation',
            name='declared_by',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Relation',
            name='note',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Relation',
            name='taken_back',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Session',
            name='browser',
            field=fields.CharField(default='', db_default='', max_length=20),
        ),
        ops.AddField(
            model_name='Session',
            name='lms_staff',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Session',
            name='registration_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddIndex(
            model_name='Session',
            index=Index(fields=['registration_id']),
        ),
    ]
