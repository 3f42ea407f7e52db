"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Instrument',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='instruments', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=120)),
            ],
            options={'table': 'assessments_instrument', 'app': 'assessments', 'unique_together': (('unit', 'name'),), 'pk_attr': 'id', 'table_description': 'Names an assessment instrument of a central unit; what it asks stands in its versions.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CalibrationRun',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='calibrations', on_delete=OnDelete.RESTRICT)),
                ('instrument', fields.ForeignKeyField('assessments.Instrument', source_field='instrument_id', db_constraint=True, to_field='id', related_name='calibrations', on_delete=OnDelete.RESTRICT)),
                ('agreement', fields.FloatField()),
                ('held', fields.DateField()),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'assessments_calibration', 'app': 'assessments', 'indexes': [Index(fields=['person_id', 'instrument_id'])], 'pk_attr': 'id', 'table_description': 'Says how far a rater agreed with the standard of an instrument, in percent, on a day.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InstrumentVersion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('instrument', fields.ForeignKeyField('assessments.Instrument', source_field='instrument_id', db_constraint=True, to_field='id', related_name='versions', on_delete=OnDelete.RESTRICT)),
                ('version', fields.CharField(max_length=40)),
                ('title', fields.CharField(max_length=200)),
                ('kind', fields.CharField(max_length=12)),
                ('body', fields.TextField(unique=False)),
                ('digest', fields.CharField(max_length=64)),
                ('published', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published_by', fields.UUIDField(null=True)),
            ],
            options={'table': 'assessments_instrument_version', 'app': 'assessments', 'unique_together': (('instrument', 'version'),), 'pk_attr': 'id', 'table_description': 'Is one version of an instrument: its whole body as written, and the hash of that; never changed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Assessment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry_key', fields.UUIDField(unique=True)),
                ('slot', fields.CharField(null=True, max_length=300)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT)),
                ('version', fields.ForeignKeyField('assessments.InstrumentVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='assessments', on_delete=OnDelete.RESTRICT)),
                ('delivery_id', fields.UUIDField(null=True)),
                ('group_name', fields.CharField(default='', max_length=120)),
                ('observed', fields.DateField()),
                ('medium', fields.CharField(max_length=8)),
                ('state', fields.CharField(default='open', max_length=12)),
                ('blind', fields.BooleanField(default=True)),
                ('independent', fields.BooleanField(default=False)),
                ('raters_needed', fields.IntField(default=1)),
                ('opened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('opened_by', fields.ForeignKeyField('people.Person', source_field='opened_by_id', db_constraint=True, to_field='id', related_name='assessments_opened', on_delete=OnDelete.RESTRICT)),
                ('touched', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('signed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(default='', max_length=12)),
                ('summary', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('cancelled_because', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'assessments_assessment', 'app': 'assessments', 'unique_together': (('slot',),), 'indexes': [Index(fields=['person_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Is one person judged with one instrument version: open → submitted (or reconciling → submitted) → signed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Rater',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='raters', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='ratings_to_do', on_delete=OnDelete.RESTRICT)),
                ('state', fields.CharField(default='rating', max_length=12)),
                ('note', fields.TextField(default='', unique=False)),
                ('submitted', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('eligibility', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'assessments_rater', 'app': 'assessments', 'unique_together': (('assessment', 'person'),), 'pk_attr': 'id', 'table_description': 'Is somebody who rates in an assessment, and what was found about their eligibility when they signed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Draft',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('rater', fields.ForeignKeyField('assessments.Rater', source_field='rater_id', db_constraint=True, to_field='id', related_name='drafts', on_delete=OnDelete.RESTRICT)),
                ('item', fields.CharField(max_length=80)),
                ('mark', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('note', fields.TextField(default='', unique=False)),
                ('saved', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_draft', 'app': 'assessments', 'unique_together': (('rater', 'item'),), 'pk_attr': 'id', 'table_description': 'Keeps a mark that is not handed in yet; replaced freely, gone when the rating is handed in.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Rating',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='ratings', on_delete=OnDelete.RESTRICT)),
                ('rater', fields.ForeignKeyField('assessments.Rater', source_field='rater_id', db_constraint=True, to_field='id', related_name='ratings', on_delete=OnDelete.RESTRICT)),
                ('item', fields.CharField(max_length=80)),
                ('attempt', fields.IntField(default=1)),
                ('mark', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('note', fields.TextField(default='', unique=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_rating', 'app': 'assessments', 'unique_together': (('assessment', 'rater', 'item', 'attempt'),), 'pk_attr': 'id', 'table_description': "Is one rater's mark of one item, as handed in; never changed."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='reconciliations', on_delete=OnDelete.RESTRICT)),
                ('item', fields.CharField(max_length=80)),
                ('mark', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('reasons', fields.TextField(unique=False)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='reconciliations', on_delete=OnDelete.RESTRICT)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_reconciliation', 'app': 'assessments', 'unique_together': (('assessment', 'item'),), 'pk_attr': 'id', 'table_description': 'Is the mark that the raters agreed on for one item, with their reasons; never changed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Signature',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', db_constraint=True, to_field='id', related_name='signatures', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='signatures', on_delete=OnDelete.RESTRICT)),
                ('signed', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('digest', fields.CharField(max_length=64)),
                ('eligibility', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'assessments_signature', 'app': 'assessments', 'unique_together': (('assessment', 'person'),), 'pk_attr': 'id', 'table_description': "Is one rater's signature under an assessment: the hash of what was signed, and the eligibility found that day."},
            bases=['Model'],
        ),
    ]
