"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('certificates', '0005_share_links'), ('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EarlierCertificate',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='earlier_certificates', on_delete=OnDelete.RESTRICT)),
                ('certification', fields.OneToOneField('certificates.Certification', source_field='certification_id', db_constraint=True, to_field='id', related_name='earlier', on_delete=OnDelete.RESTRICT)),
                ('person_id', fields.UUIDField(db_index=True)),
                ('number', fields.CharField(max_length=60)),
                ('plain_number', fields.CharField(db_index=True, max_length=60)),
                ('name', fields.CharField(max_length=200)),
                ('issuer', fields.CharField(max_length=200)),
                ('proof', fields.CharField(default='', max_length=300)),
                ('imported', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_earlier', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is a certificate that was issued before this service, as it was brought in with its certification.'},
            bases=['Model'],
        ),
    ]
