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
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='PathwayVersion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='pathways', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='pathways', on_delete=OnDelete.RESTRICT)),
                ('slug', fields.CharField(max_length=60)),
                ('version', fields.CharField(max_length=40)),
                ('title', fields.CharField(max_length=200)),
                ('text', fields.TextField(unique=False)),
                ('bases', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('sha256', fields.CharField(max_length=64)),
                ('published', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'certificates_pathway_version', 'app': 'certificates', 'unique_together': (('unit', 'slug', 'version'),), 'pk_attr': 'id', 'table_description': 'Is one published text of a pathway, with the texts it extends; never changed after.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consideration',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='considerations', on_delete=OnDelete.RESTRICT)),
                ('pathway', fields.ForeignKeyField('certificates.PathwayVersion', source_field='pathway_id', db_constraint=True, to_field='id', related_name='considerations', on_delete=OnDelete.RESTRICT)),
                ('level', fields.CharField(max_length=60)),
                ('per', fields.CharField(default='', max_length=200)),
                ('as_of', fields.DateField()),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('result', fields.CharField(max_length=12)),
                ('standing', fields.CharField(max_length=20)),
                ('verdict', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('evidence', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('evidence_sha256', fields.CharField(max_length=64)),
                ('current', fields.BooleanField(default=True)),
                ('awaiting', fields.BooleanField(default=False)),
            ],
            options={'table': 'certificates_consideration', 'app': 'certificates', 'indexes': [Index(fields=['person_id', 'level', 'current']), Index(fields=['awaiting', 'current'])], 'pk_attr': 'id', 'table_description': 'Is what the rules said of a person and a level on the evidence of a moment; a new row when that changes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Decision',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('key', fields.CharField(unique=True, max_length=300)),
                ('consideration', fields.ForeignKeyField('certificates.Consideration', source_field='consideration_id', db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.RESTRICT)),
                ('pathway', fields.ForeignKeyField('certificates.PathwayVersion', source_field='pathway_id', db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.RESTRICT)),
                ('level', fields.CharField(max_length=60)),
                ('per', fields.CharField(default='', max_length=200)),
                ('outcome', fields.CharField(max_length=12)),
                ('on', fields.DateField()),
                ('until', fields.DateField(null=True)),
                ('reasons', fields.TextField(default='', unique=False)),
                ('dissent', fields.TextField(default='', unique=False)),
                ('decided_by', fields.ForeignKeyField('people.Person', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided', on_delete=OnDelete.RESTRICT)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('appeal_until', fields.DateField(null=True)),
            ],
            options={'table': 'certificates_decision', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is what a named person, or the rules alone, decided on a consideration; one for each turn of a level.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Certification',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('decision', fields.OneToOneField('certificates.Decision', source_field='decision_id', db_constraint=True, to_field='id', related_name='certification', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='certifications', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='certifications', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='certifications', on_delete=OnDelete.RESTRICT)),
                ('pathway_slug', fields.CharField(max_length=60)),
                ('level', fields.CharField(max_length=60)),
                ('level_title', fields.CharField(max_length=200)),
                ('per', fields.CharField(default='', max_length=200)),
                ('starts', fields.DateField()),
                ('renewal_opens', fields.DateField(null=True)),
                ('ends', fields.DateField(null=True)),
                ('over', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_certification', 'app': 'certificates', 'indexes': [Index(fields=['site_id', 'starts', 'over']), Index(fields=['person_id', 'level'])], 'pk_attr': 'id', 'table_description': 'Is one period in which a person is certified; its states are rows of StateChange.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Certificate',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('certification', fields.OneToOneField('certificates.Certification', source_field='certification_id', db_constraint=True, to_field='id', related_name='certificate', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='certificates', on_delete=OnDelete.RESTRICT)),
                ('serial', fields.CharField(unique=True, max_length=40)),
                ('verify_token', fields.CharField(unique=True, max_length=26)),
                ('credential_id', fields.CharField(unique=True, max_length=60)),
                ('facts', fields.TextField(unique=False)),
                ('facts_sha256', fields.CharField(max_length=64)),
                ('status_list_id', fields.UUIDField(null=True)),
                ('status_index', fields.IntField()),
                ('progress', fields.CharField(default='reserved', max_length=12)),
                ('shows', fields.CharField(default='name', max_length=12)),
                ('reserved', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('published', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_certificate', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is the frozen document of a certification: the facts as printed, its ids, and how far it is published.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RecordedEvidence',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='recorded_evidence', on_delete=OnDelete.RESTRICT)),
                ('type', fields.CharField(max_length=20)),
                ('what', fields.CharField(max_length=200)),
                ('on', fields.DateField(null=True)),
                ('until', fields.DateField(null=True)),
                ('attributes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('replaces_id', fields.UUIDField(null=True)),
                ('void', fields.BooleanField(default=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField()),
            ],
            options={'table': 'certificates_recorded_evidence', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is evidence that no other room keeps: a qualification, a sign-off, a waiver (recognised prior learning).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='StateChange',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('certification', fields.ForeignKeyField('certificates.Certification', source_field='certification_id', db_constraint=True, to_field='id', related_name='changes', on_delete=OnDelete.RESTRICT)),
                ('turn', fields.IntField()),
                ('state', fields.CharField(max_length=12)),
                ('reason', fields.TextField(default='', unique=False)),
                ('effective', fields.DateField()),
                ('until', fields.DateField(null=True)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('actor_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'certificates_state_change', 'app': 'certificates', 'unique_together': (('certification', 'turn'),), 'pk_attr': 'id', 'table_description': 'Is one change of a certification: suspended, restored, withdrawn, replaced, lapsed; nothing is ever deleted.'},
            bases=['Model'],
        ),
    ]
