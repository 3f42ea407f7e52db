"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('records', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.CreateModel(
            name='RecordFile',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('record', fields.ForeignKeyField('records.Record', source_field='record_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.RESTRICT)),
                ('file_name', fields.CharField(max_length=200)),
                ('stored', fields.CharField(max_length=100)),
                ('sha256', fields.CharField(max_length=64)),
                ('agreed', fields.BooleanField()),
            ],
            options={'table': 'records_file', 'app': 'records', 'pk_attr': 'id', 'table_description': "Is a file that proves a record: a photo of a paper, a film's notes; kept under a random name."},
            bases=['Model'],
        ),
    ]
