"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('certificates', '0004_sheet_designs'), ('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ShareLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('certificate', fields.ForeignKeyField('certificates.Certificate', source_field='certificate_id', db_constraint=True, to_field='id', related_name='share_links', on_delete=OnDelete.RESTRICT)),
                ('token', fields.CharField(unique=True, max_length=26)),
                ('label', fields.CharField(max_length=100)),
                ('once', fields.BooleanField(default=False)),
                ('ends', fields.DateField()),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_share_link', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is one link to the check of a certificate, for whom `label` says: opened once, or until `ends`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ShareLinkUse',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('link', fields.ForeignKeyField('certificates.ShareLink', source_field='link_id', db_constraint=True, to_field='id', related_name='openings', on_delete=OnDelete.CASCADE)),
                ('opened', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_share_link_use', 'app': 'certificates', 'pk_attr': 'id', 'table_description': 'Is one opening of a link, for its holder to see.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Certificate',
            name='leads_on',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Certificate',
            name='opens_badge',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
