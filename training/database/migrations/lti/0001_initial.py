"""Changes the tables of `lti`."""

from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('people', '0001_initial'), ('sites', '0001_initial')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Nonce',
            fields=[
                ('nonce', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('digest', fields.CharField(max_length=64)),
                ('expires', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_nonce', 'app': 'lti', 'pk_attr': 'nonce', 'table_description': 'Remembers that a login has ended, so that it ends once; `digest` is the hash of the token that ended it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Registration',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('unit', fields.ForeignKeyField('sites.CentralUnit', source_field='unit_id', db_constraint=True, to_field='id', related_name='registrations', on_delete=OnDelete.RESTRICT)),
                ('site', fields.ForeignKeyField('sites.Site', source_field='site_id', null=True, db_constraint=True, to_field='id', related_name='registrations', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(default='', max_length=200)),
                ('issuer', fields.CharField(max_length=500)),
                ('client_id', fields.CharField(max_length=255)),
                ('auth_url', fields.CharField(max_length=1000)),
                ('token_url', fields.CharField(max_length=1000)),
                ('jwks_url', fields.CharField(max_length=1000)),
                ('token_audience', fields.CharField(default='', max_length=1000)),
                ('service_hosts', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('profile', fields.CharField(default='other', max_length=40)),
                ('state', fields.CharField(default='active', max_length=10)),
                ('deployment_policy', fields.CharField(default='ask', max_length=10)),
                ('client_uri', fields.CharField(default='', max_length=1000)),
                ('client_token', fields.TextField(default='', unique=False)),
                ('proposed', fields.JSONField(null=True, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('clock_skew', fields.FloatField(null=True)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_registration', 'app': 'lti', 'unique_together': (('issuer', 'client_id'),), 'pk_attr': 'id', 'table_description': 'Connects us to one LMS: who it is, where its endpoints are, and which site its people belong to.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Deployment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('registration', fields.ForeignKeyField('lti.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='deployments', on_delete=OnDelete.RESTRICT)),
                ('deployment_id', fields.CharField(max_length=255)),
                ('state', fields.CharField(max_length=10)),
                ('seen', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_deployment', 'app': 'lti', 'unique_together': (('registration', 'deployment_id'),), 'pk_attr': 'id', 'table_description': 'Is one installation of us inside a registered LMS; `state` is approved, pending or refused.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Context',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('deployment', fields.ForeignKeyField('lti.Deployment', source_field='deployment_id', db_constraint=True, to_field='id', related_name='contexts', on_delete=OnDelete.RESTRICT)),
                ('context_id', fields.CharField(max_length=255)),
                ('title', fields.CharField(default='', max_length=200)),
                ('label', fields.CharField(default='', max_length=200)),
                ('roster_url', fields.CharField(default='', max_length=2000)),
                ('differences_url', fields.CharField(default='', max_length=2000)),
            ],
            options={'table': 'lti_context', 'app': 'lti', 'unique_together': (('deployment', 'context_id'),), 'pk_attr': 'id', 'table_description': 'Is a course in an LMS; the one with an empty `context_id` stands for links outside of any course.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Identity',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('registration', fields.ForeignKeyField('lti.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='identities', on_delete=OnDelete.RESTRICT)),
                ('sub', fields.CharField(max_length=255)),
                ('person', fields.ForeignKeyField('people.Person', source_field='person_id', db_constraint=True, to_field='id', related_name='identities', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(default='', max_length=200)),
                ('email', fields.CharField(default='', max_length=254)),
                ('test_user', fields.BooleanField(default=False)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_identity', 'app': 'lti', 'unique_together': (('registration', 'sub'),), 'pk_attr': 'id', 'table_description': 'Is a person as one LMS knows them: (registration, sub) leads to our own person.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ContextRole',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('identity', fields.ForeignKeyField('lti.Identity', source_field='identity_id', db_constraint=True, to_field='id', related_name='roles', on_delete=OnDelete.RESTRICT)),
                ('context', fields.ForeignKeyField('lti.Context', source_field='context_id', db_constraint=True, to_field='id', related_name='roles', on_delete=OnDelete.RESTRICT)),
                ('role', fields.CharField(max_length=12)),
                ('status', fields.CharField(default='Active', max_length=10)),
                ('launched', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('listed', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_context_role', 'app': 'lti', 'unique_together': (('identity', 'context'),), 'indexes': [Index(fields=['context_id'])], 'pk_attr': 'id', 'table_description': 'Says as what a person was last seen in a course of an LMS: instructor, learner or none.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LaunchTrace',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('reference', fields.CharField(db_index=True, max_length=40)),
                ('registration', fields.ForeignKeyField('lti.Registration', source_field='registration_id', null=True, db_constraint=True, to_field='id', related_name='traces', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('outcome', fields.CharField(max_length=200)),
                ('detail', fields.CharField(default='', max_length=300)),
                ('deployment_id', fields.CharField(default='', max_length=255)),
                ('message_type', fields.CharField(default='', max_length=60)),
                ('target', fields.CharField(default='', max_length=500)),
                ('person_id', fields.UUIDField(null=True)),
                ('clock_skew', fields.FloatField(null=True)),
                ('rung', fields.CharField(default='', max_length=20)),
                ('browser', fields.CharField(default='', max_length=60)),
            ],
            options={'table': 'lti_launch_trace', 'app': 'lti', 'pk_attr': 'id', 'table_description': 'Tells how one launch went, found by the reference number that its page shows; no token, no name.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ResourceLink',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('context', fields.ForeignKeyField('lti.Context', source_field='context_id', db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.RESTRICT)),
                ('resource_link_id', fields.CharField(max_length=255)),
                ('title', fields.CharField(default='', max_length=200)),
                ('target', fields.CharField(max_length=500)),
                ('line_item_url', fields.CharField(default='', max_length=2000)),
                ('line_items_url', fields.CharField(default='', max_length=2000)),
                ('scopes', fields.JSONField(default=list, encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('copied_from', fields.CharField(default='', max_length=255)),
            ],
            options={'table': 'lti_resource_link', 'app': 'lti', 'unique_together': (('context', 'resource_link_id'),), 'indexes': [Index(fields=['target'])], 'pk_attr': 'id', 'table_description': 'Is an activity placed in a course of an LMS; it stores the path of ours that it opens.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LineItem',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('registration', fields.ForeignKeyField('lti.Registration', source_field='registration_id', db_constraint=True, to_field='id', related_name='line_items', on_delete=OnDelete.RESTRICT)),
                ('link', fields.ForeignKeyField('lti.ResourceLink', source_field='link_id', null=True, db_constraint=True, to_field='id', related_name='line_items', on_delete=OnDelete.RESTRICT)),
                ('key', fields.CharField(unique=True, max_length=64)),
                ('url', fields.CharField(default='', max_length=2000)),
                ('resource_id', fields.CharField(default='', max_length=255)),
                ('tag', fields.CharField(default='', max_length=255)),
                ('label', fields.CharField(default='', max_length=200)),
                ('maximum', fields.FloatField(default=100)),
                ('making_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_line_item', 'app': 'lti', 'indexes': [Index(fields=['link_id'])], 'pk_attr': 'id', 'table_description': 'Is one column of a gradebook in an LMS.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Score',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('line_item', fields.ForeignKeyField('lti.LineItem', source_field='line_item_id', db_constraint=True, to_field='id', related_name='scores', on_delete=OnDelete.RESTRICT)),
                ('sub', fields.CharField(max_length=255)),
                ('identity', fields.ForeignKeyField('lti.Identity', source_field='identity_id', null=True, db_constraint=True, to_field='id', related_name='scores', on_delete=OnDelete.RESTRICT)),
                ('given', fields.FloatField(null=True)),
                ('maximum', fields.FloatField(default=100)),
                ('progress', fields.CharField(max_length=20)),
                ('grading', fields.CharField(max_length=20)),
                ('comment', fields.TextField(default='', unique=False)),
                ('state', fields.CharField(default='queued', max_length=10)),
                ('version', fields.IntField(default=1)),
                ('stamped', fields.BigIntField(default=0)),
                ('attempts', fields.IntField(default=0)),
                ('last_error', fields.CharField(default='', max_length=300)),
                ('queued_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('final_sent', fields.BooleanField(default=False)),
                ('sending_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_score', 'app': 'lti', 'unique_together': (('line_item', 'sub'),), 'indexes': [Index(fields=['state'])], 'pk_attr': 'id', 'table_description': "Is what one person's place in one column should show; the latest value wins and `version` counts them."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScoreTry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('score', fields.ForeignKeyField('lti.Score', source_field='score_id', db_constraint=True, to_field='id', related_name='tries', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('what', fields.CharField(max_length=20)),
                ('given', fields.FloatField(null=True)),
                ('maximum', fields.FloatField(default=100)),
                ('detail', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'lti_score_try', 'app': 'lti', 'pk_attr': 'id', 'table_description': "Is one line of a score's history: queued, sent or what came back."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ToolKey',
            fields=[
                ('kid', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('private_pem', fields.TextField(unique=False)),
                ('created', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('signs_from', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lti_tool_key', 'app': 'lti', 'pk_attr': 'kid', 'table_description': 'Is one of our own signing keys, its private half encrypted with a key derived from the secret.'},
            bases=['Model'],
        ),
    ]
