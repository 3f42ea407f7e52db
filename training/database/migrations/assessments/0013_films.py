"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('assessments', '0002_panels_and_appeals'), ('assessments', '0003_index_foreign_keys'), ('assessments', '0004_drafts_of_devices'), ('assessments', '0005_calibrations_taken_back'), ('assessments', '0006_visits'), ('assessments', '0007_countersignatures'), ('assessments', '0008_disagreements'), ('assessments', '0009_texts_of_instruments'), ('assessments', '0010_quality'), ('assessments', '0011_calibration_sets'), ('assessments', '0012_answers'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched'), ('sites', '0007_names_folded'), ('sites', '0008_safeguarding')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Film',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='films', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='films', on_delete=OnDelete.RESTRICT)),
                ('assessment', fields.ForeignKeyField('assessments.Assessment', source_field='assessment_id', null=True, db_constraint=True, to_field='id', related_name='films', on_delete=OnDelete.RESTRICT)),
                ('uploaded_by', fields.ForeignKeyField('people.Person', source_field='uploaded_by_id', db_constraint=True, to_field='id', related_name='films_uploaded', on_delete=OnDelete.RESTRICT)),
                ('held', fields.DateField()),
                ('file_name', fields.CharField(max_length=200)),
                ('size', fields.BigIntField()),
                ('stored', fields.CharField(max_length=64)),
                ('secret', fields.TextField(unique=False)),
                ('state', fields.CharField(default='uploading', max_length=12)),
                ('problem', fields.CharField(default='', max_length=300)),
                ('kind', fields.CharField(default='', max_length=20)),
                ('seconds', fields.FloatField(null=True)),
                ('sha256', fields.CharField(default='', max_length=64)),
                ('captions', fields.TextField(default='', unique=False)),
                ('begun', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('touched', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('received', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('stated', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('removed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('removed_because', fields.CharField(default='', max_length=12)),
            ],
            options={'table': 'assessments_film', 'app': 'assessments', 'indexes': [Index(fields=['person_id', 'state']), Index(fields=['assessment_id']), Index(fields=['uploaded_by_id']), Index(fields=['state', 'touched'])], 'pk_attr': 'id', 'table_description': 'Is a film of a session that somebody led; for an assessment, or to be used for one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilmComment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('film', fields.ForeignKeyField('assessments.Film', source_field='film_id', db_constraint=True, to_field='id', related_name='comments', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='film_comments', on_delete=OnDelete.RESTRICT)),
                ('second', fields.IntField()),
                ('words', fields.TextField(unique=False)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('taken_back', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'assessments_film_comment', 'app': 'assessments', 'indexes': [Index(fields=['film_id', 'second']), Index(fields=['person_id'])], 'pk_attr': 'id', 'table_description': 'Is what somebody says of a second of a film.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilmConsent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('film', fields.ForeignKeyField('assessments.Film', source_field='film_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=120)),
                ('part', fields.CharField(max_length=12)),
                ('purpose', fields.CharField(max_length=12)),
                ('until', fields.DateField()),
                ('way', fields.CharField(max_length=8)),
                ('given_by', fields.CharField(default='', max_length=120)),
                ('given', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('recorded', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by_id', fields.UUIDField()),
                ('withdrawn', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('withdrawn_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'assessments_film_consent', 'app': 'assessments', 'indexes': [Index(fields=['film_id']), Index(fields=['until'])], 'pk_attr': 'id', 'table_description': 'Says that somebody who is on a film consented to it: for what, until when, and how; and that they withdrew.'},
            bases=['Model'],
        ),
    ]
