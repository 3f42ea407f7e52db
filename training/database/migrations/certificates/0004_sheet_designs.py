"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('certificates', '0003_sites_as_holders'), ('people', '0001_initial'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='SheetDesign',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='sheet_designs', on_delete=OnDelete.RESTRICT)),
                ('logo', fields.CharField(default='', max_length=80)),
                ('signature', fields.CharField(default='', max_length=80)),
                ('wording', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('language', fields.CharField(default='', max_length=8)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_sheet_design', 'app': 'certificates', 'indexes': [Index(fields=['unit_id', 'used'])], 'pk_attr': 'id', 'table_description': "Is one look of a unit's certificates; only `used` ever changes, and the one used last counts."},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Artefact',
            options={'table': 'certificates_artefact', 'app': 'certificates', 'unique_together': (('certificate', 'kind', 'version'),), 'pk_attr': 'id', 'table_description': "Is one thing made from a certificate's facts: `kind` badge, token, code, document, png or svg."},
        ),
    ]
