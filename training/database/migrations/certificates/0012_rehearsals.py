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
    dependencies = [('assessments', '0010_quality'), ('certificates', '0011_earlier_proofs'), ('drafts', '0001_initial'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Rehearsal',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='rehearsals', on_delete=OnDelete.RESTRICT)),
                ('draft', fields.ForeignKeyField('drafts.MaterialDraft', source_field='draft_id', db_constraint=True, to_field='id', related_name='rehearsals', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', db_constraint=True, to_field='id', related_name='rehearsals', on_delete=OnDelete.RESTRICT)),
                ('slug', fields.CharField(max_length=60)),
                ('text', fields.TextField(unique=False)),
                ('bases', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('as_of', fields.DateField()),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by_id', fields.UUIDField()),
                ('state', fields.CharField(default='working', max_length=10)),
                ('stage', fields.CharField(default='people', max_length=10)),
                ('after', fields.UUIDField(null=True)),
                ('progress', fields.IntField(default=0)),
                ('total', fields.IntField(default=0)),
                ('failed', fields.IntField(default=0)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_rehearsal', 'app': 'certificates', 'indexes': [Index(fields=['draft_id', 'made'])], 'pk_attr': 'id', 'table_description': "Is one trial of the rules of a draft on everybody whom they concern, on a day; it changes nobody's standing."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RehearsedStanding',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('rehearsal', fields.ForeignKeyField('certificates.Rehearsal', source_field='rehearsal_id', db_constraint=True, to_field='id', related_name='standings', on_delete=OnDelete.CASCADE)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='rehearsed_standings', on_delete=OnDelete.RESTRICT)),
                ('holder_site', fields.ForeignKeyField('sites.Site', source_field='holder_site_id', null=True, db_constraint=True, to_field='id', related_name='own_rehearsed_standings', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='rehearsed_standings', on_delete=OnDelete.RESTRICT)),
                ('level', fields.CharField(max_length=60)),
                ('level_title', fields.CharField(max_length=200)),
                ('per', fields.CharField(default='', max_length=200)),
                ('before', fields.CharField(default='', max_length=20)),
                ('after', fields.CharField(default='', max_length=20)),
                ('since', fields.DateField()),
                ('reasons', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'certificates_rehearsed_standing', 'app': 'certificates', 'indexes': [Index(fields=['rehearsal_id', 'before', 'after']), Index(fields=['rehearsal_id', 'site_id']), Index(fields=['site_id']), Index(fields=['person_id']), Index(fields=['holder_site_id'])], 'pk_attr': 'id', 'table_description': 'Is one level of a person, or a site, that would stand otherwise under the rules that were tried.'},
            bases=['Model'],
        ),
    ]
