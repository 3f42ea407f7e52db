"""Changes the tables of `certificates`: votes of panels, attributes of decisions; objections become appeals."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('assessments', '0002_panels_and_appeals'), ('certificates', '0006_earlier_certificates'), ('people', '0001_initial'), ('sites', '0001_initial'), ('sites', '0004_panels_and_appeals')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Appeal',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', null=True, db_constraint=True, to_field='id', related_name='appeals', on_delete=OnDelete.RESTRICT)),
                ('holder_site', fields.ForeignKeyField('sites.Site', source_field='holder_site_id', null=True, db_constraint=True, to_field='id', related_name='own_appeals', on_delete=OnDelete.RESTRICT)),
                ('decision', fields.OneToOneField('certificates.Decision', source_field='decision_id', null=True, db_constraint=True, to_field='id', related_name='appeal', on_delete=OnDelete.RESTRICT)),
                ('change', fields.OneToOneField('certificates.StateChange', source_field='change_id', null=True, db_constraint=True, to_field='id', related_name='appeal', on_delete=OnDelete.RESTRICT)),
                ('assessment', fields.OneToOneField('assessments.Assessment', source_field='assessment_id', null=True, db_constraint=True, to_field='id', related_name='appeal', on_delete=OnDelete.RESTRICT)),
                ('words', fields.TextField(unique=False)),
                ('files', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('made', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('late', fields.TextField(default='', unique=False)),
                ('accepted', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('accepted_because', fields.TextField(default='', unique=False)),
                ('accepted_by_id', fields.UUIDField(null=True)),
                ('look_by', fields.DateField(null=True)),
                ('decide_by', fields.DateField(null=True)),
                ('looked_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('looked_at_by_id', fields.UUIDField(null=True)),
                ('finding', fields.CharField(default='open', max_length=12)),
                ('reasons', fields.TextField(default='', unique=False)),
                ('answered', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('answered_by_id', fields.UUIDField(null=True)),
            ],
            options={'table': 'certificates_appeal', 'app': 'certificates', 'indexes': [Index(fields=['finding', 'made'])], 'pk_attr': 'id', 'table_description': 'Is what a person, or somebody for a site, says against a decision, a change or an assessment, once for each.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Vote',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('turn', fields.CharField(db_index=True, max_length=300)),
                ('evaluation', fields.ForeignKeyField('certificates.Evaluation', source_field='evaluation_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.RESTRICT)),
                ('member', fields.ForeignKeyField('people.Person', source_field='member_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.RESTRICT)),
                ('choice', fields.CharField(max_length=12)),
                ('reasons', fields.TextField(unique=False)),
                ('attributes', fields.JSONField(default=dict, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('cast', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'certificates_vote', 'app': 'certificates', 'unique_together': (('turn', 'member'),), 'pk_attr': 'id', 'table_description': 'Is what one member of a panel votes in a case, and why; it may be changed until the decision falls.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Decision',
            name='attributes',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='Decision',
            name='panel',
            field=fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads),
        ),
        ops.AddField(
            model_name='StateChange',
            name='appeal_until',
            field=fields.DateField(null=True),
        ),
        ops.RunSQL(
            "INSERT INTO certificates_appeal (id, person_id, holder_site_id, decision_id, change_id, words, made, late, accepted_because, finding, reasons, answered, answered_by_id) SELECT id, person_id, holder_site_id, decision_id, change_id, words, made, '', '', finding, reasons, answered, answered_by_id FROM certificates_objection"
        ),
        ops.DeleteModel(name='Objection'),
    ]
