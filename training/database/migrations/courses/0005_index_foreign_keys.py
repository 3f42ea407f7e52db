"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('courses', '0004_attributes_of_sessions'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Attendance',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Attendance',
            index=Index(fields=['made_up_in_id']),
        ),
        ops.AddIndex(
            model_name='Attendance',
            index=Index(fields=['trainer_id']),
        ),
        ops.AddIndex(
            model_name='Cohort',
            index=Index(fields=['site_id']),
        ),
        ops.AddIndex(
            model_name='Cohort',
            index=Index(fields=['trainer_id']),
        ),
        ops.AddIndex(
            model_name='Completion',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Enrolment',
            index=Index(fields=['place_id']),
        ),
        ops.AddIndex(
            model_name='Progress',
            index=Index(fields=['activity_id']),
        ),
        ops.AddIndex(
            model_name='QuizAttempt',
            index=Index(fields=['activity_id']),
        ),
        ops.AddIndex(
            model_name='Seat',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Session',
            index=Index(fields=['cohort_id']),
        ),
        ops.AddIndex(
            model_name='Session',
            index=Index(fields=['trainer_id']),
        ),
        ops.AddIndex(
            model_name='TaskEntry',
            index=Index(fields=['enrolment_id']),
        ),
        ops.AddIndex(
            model_name='TaskEntry',
            index=Index(fields=['activity_id']),
        ),
        ops.AddIndex(
            model_name='TaskReply',
            index=Index(fields=['entry_id']),
        ),
        ops.AddIndex(
            model_name='TaskReply',
            index=Index(fields=['person_id']),
        ),
    ]
