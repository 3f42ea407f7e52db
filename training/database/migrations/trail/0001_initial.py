"""Changes the tables of `trail`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name='Seal',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('size', fields.IntField()),
                ('root', fields.CharField(max_length=64)),
                ('chain', fields.CharField(unique=True, max_length=64)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('signatures', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'trail_seal', 'app': 'trail', 'pk_attr': 'id', 'table_description': 'One batch of the trail, closed: the Merkle root over its facts, chained to the seal before it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Fact',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=60)),
                ('subject_kind', fields.CharField(max_length=60)),
                ('subject_id', fields.CharField(max_length=60)),
                ('person_id', fields.UUIDField(null=True)),
                ('unit_id', fields.UUIDField(null=True)),
                ('actor_id', fields.UUIDField(null=True)),
                ('on_behalf_of_id', fields.UUIDField(null=True)),
                ('happened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('version', fields.CharField(default='', max_length=60)),
                ('detail', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('rows', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('seal', fields.ForeignKeyField('trail.Seal', source_field='seal_id', null=True, db_constraint=True, to_field='id', related_name='facts', on_delete=OnDelete.RESTRICT)),
                ('position', fields.IntField(null=True)),
                ('leaf', fields.CharField(null=True, max_length=64)),
            ],
            options={'table': 'trail_fact', 'app': 'trail', 'unique_together': (('seal', 'position'),), 'indexes': [Index(fields=['subject_id', 'id']), Index(fields=['person_id', 'id']), Index(fields=['kind', 'recorded'])], 'pk_attr': 'id', 'table_description': 'One entry of the trail: written once, never changed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Followup',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('kind', fields.CharField(max_length=60)),
                ('fact', fields.ForeignKeyField('trail.Fact', source_field='fact_id', null=True, db_constraint=True, to_field='id', related_name='followups', on_delete=OnDelete.RESTRICT)),
                ('subject_id', fields.CharField(default='', max_length=60)),
                ('key', fields.CharField(unique=True, max_length=200)),
                ('payload', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('state', fields.CharField(default='queued', max_length=10)),
                ('due', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('attempts', fields.IntField(default=0)),
                ('faults', fields.IntField(default=0)),
                ('last_error', fields.TextField(default='', unique=False)),
                ('first_tried', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lease', fields.UUIDField(null=True)),
            ],
            options={'table': 'trail_followup', 'app': 'trail', 'indexes': [Index(fields=['fact_id']), Index(fields=['state', 'due']), Index(fields=['kind', 'state', 'due']), Index(fields=['kind', 'subject_id'])], 'pk_attr': 'id', 'table_description': 'One piece of work that must get done after a fact or at a time, once or more, by an idempotent handler.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SealedRow',
            fields=[
                ('id', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=120)),
                ('salt', fields.CharField(max_length=32)),
                ('marks', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'trail_row', 'app': 'trail', 'pk_attr': 'id', 'table_description': 'Is what one sealed row is checked with: a salt, and a short mark of each column, to name one that was changed.'},
            bases=['Model'],
        ),
    ]
