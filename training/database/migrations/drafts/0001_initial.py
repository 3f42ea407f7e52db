"""Changes the tables of `drafts`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='MaterialDraft',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='drafts', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharField(max_length=20)),
                ('name', fields.CharField(max_length=100)),
                ('slot', fields.CharField(null=True, unique=True, max_length=200)),
                ('state', fields.CharField(default='open', max_length=12)),
                ('based_on', fields.CharField(default='', max_length=40)),
                ('published_as', fields.CharField(default='', max_length=40)),
                ('edit_class', fields.CharField(default='', max_length=20)),
                ('revision', fields.IntField(default=0)),
                ('begun', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('begun_by_id', fields.UUIDField()),
                ('changed', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('changed_by_id', fields.UUIDField()),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'drafts_draft', 'app': 'drafts', 'indexes': [Index(fields=['unit_id', 'state', 'changed'])], 'pk_attr': 'id', 'table_description': 'Is a course, an instrument or a pathway that is being written, beside its published versions.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DraftChange',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('draft', fields.ForeignKeyField('drafts.MaterialDraft', source_field='draft_id', db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.RESTRICT)),
                ('step', fields.UUIDField()),
                ('words', fields.CharField(default='', max_length=300)),
                ('path', fields.CharField(max_length=300)),
                ('what', fields.CharField(max_length=12)),
                ('before', fields.TextField(null=True, unique=False)),
                ('before_sha256', fields.CharField(default='', max_length=64)),
                ('before_size_bytes', fields.IntField(default=0)),
                ('after_sha256', fields.CharField(default='', max_length=64)),
                ('begun', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by_id', fields.UUIDField()),
            ],
            options={'table': 'drafts_change', 'app': 'drafts', 'indexes': [Index(fields=['draft_id', 'at']), Index(fields=['step'])], 'pk_attr': 'id', 'table_description': 'Is what somebody did to one file, with what it was before; all of one `step` was done at once.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='DraftFile',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('draft', fields.ForeignKeyField('drafts.MaterialDraft', source_field='draft_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.RESTRICT)),
                ('path', fields.CharField(max_length=300)),
                ('text', fields.TextField(null=True, unique=False)),
                ('sha256', fields.CharField(max_length=64)),
                ('size_bytes', fields.IntField()),
                ('revision', fields.IntField(default=1)),
                ('changed', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('changed_by_id', fields.UUIDField()),
            ],
            options={'table': 'drafts_file', 'app': 'drafts', 'unique_together': (('draft', 'path'),), 'pk_attr': 'id', 'table_description': 'Is one file of a draft: its text, or the hash under which the storage has its bytes.'},
            bases=['Model'],
        ),
    ]
