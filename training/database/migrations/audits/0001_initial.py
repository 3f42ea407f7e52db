"""Changes the tables of `audits`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('certificates', '0002_key_of_damage'), ('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Audit',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='audits', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=200)),
                ('asked', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('seed', fields.CharField(max_length=64)),
                ('found', fields.IntField()),
                ('drawn', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('drawn_by', fields.ForeignKeyField('people.Person', source_field='drawn_by_id', db_constraint=True, to_field='id', related_name='audits', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'audits_audit', 'app': 'audits', 'indexes': [Index(fields=['drawn_by_id'])], 'pk_attr': 'id', 'table_description': 'Is one visit of the central unit to the register: the question, the seed and the sample drawn with it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuditCase',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('audit', fields.ForeignKeyField('audits.Audit', source_field='audit_id', db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.RESTRICT)),
                ('certification', fields.ForeignKeyField('certificates.Certification', source_field='certification_id', db_constraint=True, to_field='id', related_name='audit_cases', on_delete=OnDelete.RESTRICT)),
                ('position', fields.IntField()),
                ('finding', fields.CharField(default='open', max_length=12)),
                ('reasons', fields.TextField(default='', unique=False)),
                ('found', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('found_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'audits_case', 'app': 'audits', 'unique_together': (('audit', 'certification'),), 'indexes': [Index(fields=['certification_id'])], 'pk_attr': 'id', 'table_description': 'Is one certification of the sample: open, then upheld or overturned with reasons, once.'},
            bases=['Model'],
        ),
    ]
