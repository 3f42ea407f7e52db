"""Changes the tables of `certificates`: of one certification there may be several certificates, one after the other."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

POINTING = ("holder_site_id", "person_id")


class Migration(migrations.Migration):
    dependencies = [("certificates", "0009_index_foreign_keys")]

    initial = False

    operations = [
        ops.AddField(model_name="Certificate", name="issue", field=fields.IntField(default=1, db_default=1)),
        ops.AddField(
            model_name="Certificate", name="because", field=fields.TextField(default="", db_default="", unique=False)
        ),
        # SQLite makes the table anew, and its indexes are lost.
        *(ops.RemoveIndex(model_name="Certificate", fields=[column]) for column in POINTING),
        ops.AlterField(
            model_name="Certificate",
            name="certification",
            field=fields.ForeignKeyField('certificates.Certification', source_field='certification_id', db_constraint=True, to_field='id', related_name='certificates', on_delete=OnDelete.RESTRICT),
        ),
        *(ops.AddIndex(model_name="Certificate", index=Index(fields=[column])) for column in POINTING),
        ops.AlterModelOptions(
            name="Certificate",
            options={'table': 'certificates_certificate', 'app': 'certificates', 'indexes': [Index(fields=['holder_site_id']), Index(fields=['person_id'])], 'unique_together': (('certification', 'issue'),), 'pk_attr': 'id', 'table_description': 'Is one frozen document of a certification: the facts as printed, its ids, and how far it is published.'},
        ),
        ops.AddConstraint(
            model_name="Certificate", constraint=UniqueConstraint(fields=("certification", "issue"), name=None)
        ),
    ]
