"""Changes the tables of `records`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('records', '0004_components'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Confirmation',
            index=Index(fields=['record_id']),
        ),
        ops.AddIndex(
            model_name='ConfirmationLink',
            index=Index(fields=['confirmation_id']),
        ),
        ops.AddIndex(
            model_name='FeedbackAnswer',
            index=Index(fields=['round_id']),
        ),
        ops.AddIndex(
            model_name='FeedbackRound',
            index=Index(fields=['opened_by_id']),
        ),
        ops.AddIndex(
            model_name='FeedbackRound',
            index=Index(fields=['record_id']),
        ),
        ops.AddIndex(
            model_name='Participant',
            index=Index(fields=['record_id']),
        ),
        ops.AddIndex(
            model_name='Participant',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Record',
            index=Index(fields=['site_id']),
        ),
        ops.AddIndex(
            model_name='Record',
            index=Index(fields=['recorded_by_id']),
        ),
        ops.AddIndex(
            model_name='Record',
            index=Index(fields=['about_id']),
        ),
        ops.AddIndex(
            model_name='RecordFile',
            index=Index(fields=['record_id']),
        ),
        ops.AddIndex(
            model_name='Tailoring',
            index=Index(fields=['record_id']),
        ),
    ]
