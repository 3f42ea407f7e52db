"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('records', '0003_feedback'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.AlterModelOptions(
            name='Tailoring',
            options={'table': 'records_tailoring', 'app': 'records', 'pk_attr': 'id', 'table_description': 'Says what was changed or left out in a part of the programme, for whom and why.'},
        ),
        ops.AddField(
            model_name='Tailoring',
            name='how',
            field=fields.CharField(default='changed', db_default='changed', max_length=12),
        ),
        ops.AddField(
            model_name='Tailoring',
            name='judged',
            field=fields.CharField(default='', db_default='', max_length=8),
        ),
        ops.AddField(
            model_name='Tailoring',
            name='judged_by_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Tailoring',
            name='judged_note',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
        ops.AddField(
            model_name='Tailoring',
            name='limits',
            field=fields.TextField(default='', db_default='', unique=False),
        ),
    ]
