"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('records', '0002_files'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FeedbackRound',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('record', fields.ForeignKeyField('records.Record', source_field='record_id', db_constraint=True, to_field='id', related_name='feedback_rounds', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(max_length=200)),
                ('token', fields.CharField(unique=True, max_length=43)),
                ('opened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('opened_by', fields.ForeignKeyField('people.Person', source_field='opened_by_id', db_constraint=True, to_field='id', related_name='feedback_rounds', on_delete=OnDelete.RESTRICT)),
                ('closes', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('last_answer', fields.DateField(null=True)),
            ],
            options={'table': 'records_feedback_round', 'app': 'records', 'pk_attr': 'id', 'table_description': 'Is a link by which the parents of one delivery say what they think, without names, until it closes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FeedbackAnswer',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('round', fields.ForeignKeyField('records.FeedbackRound', source_field='round_id', db_constraint=True, to_field='id', related_name='answers', on_delete=OnDelete.RESTRICT)),
                ('slip', fields.UUIDField(unique=True)),
                ('useful', fields.IntField()),
                ('listened', fields.IntField()),
                ('recommends', fields.BooleanField()),
                ('words', fields.TextField(default='', unique=False)),
                ('passed_on', fields.BooleanField(default=False)),
                ('on_paper', fields.BooleanField(default=False)),
            ],
            options={'table': 'records_feedback_answer', 'app': 'records', 'pk_attr': 'id', 'table_description': 'Is what one parent said of a delivery; nothing here tells who, or when.'},
            bases=['Model'],
        ),
    ]
