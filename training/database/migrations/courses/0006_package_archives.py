"""Changes the tables of `courses`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('courses', '0005_index_foreign_keys'), ('people', '0001_initial'), ('people', '0002_task_list'), ('people', '0003_ways_to_sign_in'), ('people', '0004_ways_in'), ('people', '0005_index_foreign_keys'), ('people', '0006_merges'), ('people', '0007_saved_filters'), ('sites', '0001_initial'), ('sites', '0002_without_licences'), ('sites', '0003_first_steps'), ('sites', '0004_panels_and_appeals'), ('sites', '0005_index_foreign_keys'), ('sites', '0006_names_searched')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PackageArchive',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('version', fields.OneToOneField('courses.CourseVersion', source_field='version_id', db_constraint=True, to_field='id', related_name='archive', on_delete=OnDelete.RESTRICT)),
                ('stored', fields.CharField(max_length=100)),
                ('size_bytes', fields.IntField()),
                ('sha256', fields.CharField(max_length=64)),
            ],
            options={'table': 'courses_package_archive', 'app': 'courses', 'pk_attr': 'id', 'table_description': 'Is the package of a course version as it was handed in, byte for byte, as a zip; the version began with it.'},
            bases=['Model'],
        ),
    ]
