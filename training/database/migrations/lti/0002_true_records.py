"""Changes the tables of `lti`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('lti', '0001_initial'), ('people', '0001_initial'), ('people', '0002_true_records'), ('sites', '0001_initial'), ('sites', '0002_true_records')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Identity',
            name='former_emails',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddIndex(
            model_name='Identity',
            index=Index(fields=['email']),
        ),
        ops.AddField(
            model_name='LaunchTrace',
            name='client_id',
            field=fields.CharField(default='', db_default='', max_length=255),
        ),
        ops.AddField(
            model_name='LaunchTrace',
            name='issuer',
            field=fields.CharField(default='', db_default='', max_length=500),
        ),
        ops.AddField(
            model_name='Registration',
            name='asked',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Registration',
            name='staff_sessions',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
