"""Changes the tables of `people`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0003_end_lms_sessions'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
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
    ]
