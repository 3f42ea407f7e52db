"""Changes the tables of `assessments`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0002_nation_indexes'), ('people', '0002_nation_indexes'), ('sites', '0001_initial')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FilmConsentLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('consent', fields.ForeignKeyField('assessments.FilmConsent', source_field='consent_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.RESTRICT)),
                ('token_hash', fields.CharField(null=True, unique=True, max_length=64)),
                ('address', fields.CharField(default='', max_length=254)),
                ('language', fields.CharField(default='en', max_length=8)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('made_by_id', fields.UUIDField()),
                ('sent', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('failed', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'assessments_film_consent_link', 'app': 'assessments', 'indexes': [Index(fields=['consent_id', 'made'])], 'pk_attr': 'id', 'table_description': 'Is a link by which somebody on a film consents and withdraws; only a hash of its token is stored.'},
            bases=['Model'],
        ),
    ]
