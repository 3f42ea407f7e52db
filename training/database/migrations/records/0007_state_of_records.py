"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('records', '0006_list_records'), ('sites', '0006_names_searched')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Record',
            name='state',
            field=fields.CharField(default='', db_default='', max_length=12),
        ),
        ops.AddIndex(
            model_name='Record',
            index=Index(fields=['unit_id', 'counts_at_once', 'state', 'recorded']),
        ),
        ops.RunSQL(
            "UPDATE records_record SET state = COALESCE((SELECT CASE MIN(CASE told.state WHEN 'disputed' THEN 1 WHEN 'confirmed' THEN 2 WHEN 'asked' THEN 3 ELSE 4 END) WHEN 1 THEN 'disputed' WHEN 2 THEN 'confirmed' WHEN 3 THEN 'asked' WHEN 4 THEN 'expired' END FROM records_confirmation told WHERE told.record_id = records_record.id), '')"
        ),
    ]
