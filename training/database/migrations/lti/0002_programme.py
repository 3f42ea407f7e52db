"""Changes the tables of `lti`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('lti', '0001_initial'), ('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0002_without_licences')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Context',
            name='programme',
            field=fields.ForeignKeyField('sites.Programme', source_field='programme_id', null=True, db_constraint=True, to_field='id', related_name='lti_contexts', on_delete=OnDelete.RESTRICT),
        ),
    ]
