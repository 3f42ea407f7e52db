"""Changes the tables of `certificates`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0003_index_foreign_keys'), ('certificates', '0008_staff_listings'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Appeal',
            index=Index(fields=['holder_site_id']),
        ),
        ops.AddIndex(
            model_name='Appeal',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Certificate',
            index=Index(fields=['holder_site_id']),
        ),
        ops.AddIndex(
            model_name='Certificate',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Decision',
            index=Index(fields=['person_id']),
        ),
        ops.AddIndex(
            model_name='Decision',
            index=Index(fields=['decided_by_id']),
        ),
        ops.AddIndex(
            model_name='Decision',
            index=Index(fields=['evaluation_id']),
        ),
        ops.AddIndex(
            model_name='Decision',
            index=Index(fields=['holder_site_id']),
        ),
        ops.AddIndex(
            model_name='ShareLink',
            index=Index(fields=['certificate_id']),
        ),
        ops.AddIndex(
            model_name='ShareLinkUse',
            index=Index(fields=['link_id']),
        ),
        ops.AddIndex(
            model_name='StaffListing',
            index=Index(fields=['site_id']),
        ),
        ops.AddIndex(
            model_name='Vote',
            index=Index(fields=['evaluation_id']),
        ),
        ops.AddIndex(
            model_name='Vote',
            index=Index(fields=['member_id']),
        ),
    ]
