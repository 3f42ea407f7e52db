"""Changes the tables of `drafts`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('drafts', '0001_initial'), ('sites', '0002_second_person')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PublishingRequest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('draft', fields.ForeignKeyField('drafts.MaterialDraft', source_field='draft_id', db_constraint=True, to_field='id', related_name='requests', on_delete=OnDelete.RESTRICT)),
                ('slot', fields.CharField(null=True, unique=True, max_length=40)),
                ('state', fields.CharField(default='waiting', max_length=12)),
                ('revision', fields.IntField()),
                ('note', fields.TextField(default='', unique=False)),
                ('asked', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('asked_by_id', fields.UUIDField()),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'drafts_publishing_request', 'app': 'drafts', 'indexes': [Index(fields=['draft_id', 'asked']), Index(fields=['asked_by_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Is the wish of somebody who wrote in a draft that it is published, and what became of it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='MaterialDraft',
            name='own_files',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
