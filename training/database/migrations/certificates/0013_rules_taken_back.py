"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('assessments', '0012_answers'), ('certificates', '0012_rehearsals'), ('drafts', '0001_initial'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('people', '0008_names_folded'), ('sites', '0008_safeguarding')]

    initial = False

    operations = [
        ops.AddField(
            model_name='PathwayVersion',
            name='taken_back',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
