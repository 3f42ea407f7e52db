"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0001_initial'), ('assessments', '0002_panels_and_appeals'), ('assessments', '0003_index_foreign_keys'), ('certificates', '0010_certificates_issued_again'), ('people', '0006_merges'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EarlierProof',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('earlier', fields.ForeignKeyField('certificates.EarlierCertificate', source_field='earlier_id', db_constraint=True, to_field='id', related_name='proofs', on_delete=OnDelete.RESTRICT)),
                ('file_name', fields.CharField(max_length=200)),
                ('stored', fields.CharField(max_length=100)),
                ('sha256', fields.CharField(max_length=64)),
                ('added', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('removed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_earlier_proof', 'app': 'certificates', 'indexes': [Index(fields=['earlier_id'])], 'pk_attr': 'id', 'table_description': 'Is a scan of the paper of a certificate from before this service, or of a letter about it; added by who decides.'},
            bases=['Model'],
        ),
    ]
