"""Changes the tables of `records`."""

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
            name='Record',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('entry_key', fields.UUIDField(unique=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='records', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='records', on_delete=OnDelete.RESTRICT)),
                ('holder_site', fields.ForeignKeyField('sites.Site', source_field='holder_site_id', null=True, db_constraint=True, to_field='id', related_name='own_records', on_delete=OnDelete.RESTRICT)),
                ('programme', fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='records', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='records', on_delete=OnDelete.RESTRICT)),
                ('type', fields.CharField(max_length=20)),
                ('what', fields.CharField(max_length=200)),
                ('name', fields.CharField(default='', max_length=200)),
                ('began', fields.DateField(null=True)),
                ('on', fields.DateField(null=True)),
                ('until', fields.DateField(null=True)),
                ('listed', fields.DateField()),
                ('attributes', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('about', fields.ForeignKeyField('records.Record', source_field='about_id', null=True, db_constraint=True, to_field='id', related_name='told_by', on_delete=OnDelete.RESTRICT)),
                ('note', fields.TextField(default='', unique=False)),
                ('counts_at_once', fields.BooleanField(default=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.ForeignKeyField('people.Person', source_field='recorded_by_id', db_constraint=True, to_field='id', related_name='recorded', on_delete=OnDelete.RESTRICT)),
                ('replaces', fields.OneToOneField('records.Record', source_field='replaces_id', null=True, db_constraint=True, to_field='id', related_name='replaced_by', on_delete=OnDelete.RESTRICT)),
                ('void', fields.BooleanField(default=False)),
                ('reason', fields.TextField(default='', unique=False)),
                ('state', fields.CharField(default='', db_default='', max_length=12)),
            ],
            options={'table': 'records_record', 'app': 'records', 'indexes': [Index(fields=['site_id']), Index(fields=['recorded_by_id']), Index(fields=['about_id']), Index(fields=['person_id', 'listed']), Index(fields=['holder_site_id']), Index(fields=['listed', 'id']), Index(fields=['unit_id', 'counts_at_once', 'state', 'recorded'])], 'pk_attr': 'id', 'table_description': 'Is one dated thing that somebody, or a site, did or holds: of a type and name of the pathway language.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Confirmation',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='confirmations_about', on_delete=OnDelete.RESTRICT)),
                ('record', fields.ForeignKeyField('records.Record', source_field='record_id', db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('confirmer', fields.ForeignKeyField('people.Person', source_field='confirmer_id', null=True, db_constraint=True, to_field='id', related_name='confirmations', on_delete=OnDelete.RESTRICT)),
                ('confirmer_name', fields.CharField(max_length=200)),
                ('contact', fields.CharField(default='', max_length=254)),
                ('state', fields.CharField(default='asked', max_length=12)),
                ('strength', fields.CharField(default='', max_length=16)),
                ('asked', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('dispute_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('disputed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(default='', unique=False)),
                ('dispute_note', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'records_confirmation', 'app': 'records', 'indexes': [Index(fields=['record_id']), Index(fields=['confirmer_id', 'state']), Index(fields=['person_id', 'state'])], 'pk_attr': 'id', 'table_description': 'Asks one named person to confirm one record; moves asked → confirmed, disputed or expired, confirmed → disputed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ConfirmationLink',
            fields=[
                ('token_hash', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('confirmation', fields.ForeignKeyField('records.Confirmation', source_field='confirmation_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.RESTRICT)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('passed_on', fields.BooleanField(default=False)),
            ],
            options={'table': 'records_confirmation_link', 'app': 'records', 'indexes': [Index(fields=['confirmation_id'])], 'pk_attr': 'token_hash', 'table_description': 'Is a link that answers one confirmation once; only a hash of its token is stored.'},
            bases=['Model'],
        ),
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
            options={'table': 'records_feedback_round', 'app': 'records', 'indexes': [Index(fields=['opened_by_id']), Index(fields=['record_id'])], 'pk_attr': 'id', 'table_description': 'Is a link by which the parents of one delivery say what they think, without names, until it closes.'},
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
            options={'table': 'records_feedback_answer', 'app': 'records', 'indexes': [Index(fields=['round_id'])], 'pk_attr': 'id', 'table_description': 'Is what one parent said of a delivery; nothing here tells who, or when.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Participant',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('record', fields.ForeignKeyField('records.Record', source_field='record_id', db_constraint=True, to_field='id', related_name='participants', on_delete=OnDelete.RESTRICT)),
                ('part', fields.CharField(max_length=8)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='took_part', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('role', fields.CharField(default='', max_length=60)),
                ('attributes', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
            ],
            options={'table': 'records_participant', 'app': 'records', 'indexes': [Index(fields=['record_id']), Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Is somebody who took part in what a record tells; `person` when they are known here, else the name alone.'},
            bases=['Model'],
        ),
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
            options={'table': 'records_file', 'app': 'records', 'indexes': [Index(fields=['record_id'])], 'pk_attr': 'id', 'table_description': "Is a file that proves a record: a photo of a paper, a film's notes; kept under a random name."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tailoring',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('record', fields.ForeignKeyField('records.Record', source_field='record_id', db_constraint=True, to_field='id', related_name='tailorings', on_delete=OnDelete.RESTRICT)),
                ('component', fields.CharField(max_length=120)),
                ('kind', fields.CharField(max_length=12)),
                ('changed', fields.TextField(unique=False)),
                ('for_whom', fields.TextField(default='', unique=False)),
                ('why', fields.TextField(default='', unique=False)),
                ('how', fields.CharField(default='changed', db_default='changed', max_length=12)),
                ('limits', fields.TextField(default='', db_default='', unique=False)),
                ('judged', fields.CharField(default='', db_default='', max_length=8)),
                ('judged_by_id', fields.UUIDField(null=True)),
                ('judged_note', fields.TextField(default='', db_default='', unique=False)),
            ],
            options={'table': 'records_tailoring', 'app': 'records', 'indexes': [Index(fields=['record_id'])], 'pk_attr': 'id', 'table_description': 'Says what was changed or left out in a part of the programme, for whom and why.'},
            bases=['Model'],
        ),
    ]
