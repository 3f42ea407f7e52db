"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0007_countersignatures'), ('people', '0008_names_folded'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Disagreement',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='disagreements', on_delete=OnDelete.RESTRICT)),
                ('raised_by', fields.ForeignKeyField('people.Person', source_field='raised_by_id', db_constraint=True, to_field='id', related_name='disagreements_raised', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='disagreements_to_settle', on_delete=OnDelete.RESTRICT)),
                ('way', fields.CharField(max_length=8)),
                ('reason', fields.TextField(unique=False)),
                ('raised', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('settled', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('called_off', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_disagreement', 'app': 'assessments', 'indexes': [Index(fields=['assessment_id']), Index(fields=['raised_by_id']), Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Says that raters do not agree, why, and who was asked: to rate, too (`third`), or to decide (`decision`).'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Assessment',
            name='extended',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
