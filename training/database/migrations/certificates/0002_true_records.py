"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('certificates', '0001_initial'), ('people', '0001_initial'), ('people', '0002_true_records'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Damage',
            fields=[
                ('certificate', fields.OneToOneField('certificates.Certificate', source_field='certificate_id', primary_key=True, db_index=True, db_constraint=True, to_field='id', related_name='damage', on_delete=OnDelete.RESTRICT)),
                ('what', fields.CharField(max_length=200)),
                ('found', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_damage', 'app': 'certificates', 'pk_attr': 'certificate_id', 'table_description': 'Is one certificate whose record was found to be no longer what was signed; gone when it is found sound again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Objection',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='objections', on_delete=OnDelete.RESTRICT)),
                ('decision', fields.OneToOneField('certificates.Decision', source_field='decision_id', null=True, db_constraint=True, to_field='id', related_name='objection', on_delete=OnDelete.RESTRICT)),
                ('change', fields.OneToOneField('certificates.StateChange', source_field='change_id', null=True, db_constraint=True, to_field='id', related_name='objection', on_delete=OnDelete.RESTRICT)),
                ('words', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('finding', fields.CharField(default='open', max_length=12)),
                ('reasons', fields.TextField(default='', unique=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'certificates_objection', 'app': 'certificates', 'indexes': [Index(fields=['finding', 'made'])], 'pk_attr': 'id', 'table_description': 'Is what a person says against a decision or a change about them, once for each, and the answer to it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Certificate',
            name='bare_sha256',
            field=fields.CharField(null=True, max_length=64),
        ),
        ops.AddField(
            model_name='RecordedEvidence',
            name='entry_key',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='RecordedEvidence',
            name='note',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='RecordedEvidence',
            name='programme',
            field=fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='recorded_evidence', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddConstraint(
            model_name='RecordedEvidence',
            constraint=UniqueConstraint(fields=('replaces_id',), name=None),
        ),
        ops.AddConstraint(
            model_name='RecordedEvidence',
            constraint=UniqueConstraint(fields=('entry_key',), name=None),
        ),
        ops.AddField(
            model_name='StateChange',
            name='grounds',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
    ]
