"""Changes the tables of `lti`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('lti', '0002_programme'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='DeepLinkingSession',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='FormerUser',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Identity',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Registration',
            index=Index(fields=['site_id']),
        ),
        ops.AddIndex(
            model_name='Score',
            index=Index(fields=['identity_id']),
        ),
        ops.AddIndex(
            model_name='ScoreTry',
            index=Index(fields=['score_id']),
        ),
    ]
