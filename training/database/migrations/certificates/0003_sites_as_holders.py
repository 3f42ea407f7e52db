"""Changes the tables of `certificates`: what is judged, decided and certified is of a person, or of a site."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

HOLDERS = {
    "Evaluation": "evaluations",
    "Decision": "decisions",
    "Certification": "certifications",
    "Objection": "objections",
    "Certificate": "certificates",
}


def _key(to: str, column: str, related_name: str) -> fields.ForeignKeyField:
    return fields.ForeignKeyField(
        to, source_field=column, null=True, db_constraint=True, to_field="id", related_name=related_name,
        on_delete=OnDelete.RESTRICT,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("certificates", "0002_without_recorded_evidence"),
        ("people", "0001_initial"),
        ("sites", "0002_without_licences"),
    ]

    initial = False

    operations = [
        step
        for model, name in HOLDERS.items()
        for step in (
            ops.AlterField(model_name=model, name="person", field=_key("people.Person", "person_id", name)),
            ops.AddField(
                model_name=model, name="holder_site", field=_key("sites.Site", "holder_site_id", f"own_{name}")
            ),
        )
    ] + [
        ops.AlterModelOptions(
            name='Certification',
            options={'table': 'certificates_certification', 'app': 'certificates', 'indexes': [Index(fields=['site_id', 'starts', 'over']), Index(fields=['person_id', 'level']), Index(fields=['holder_site_id', 'level'])], 'pk_attr': 'id', 'table_description': 'Is one period in which a person, or a site, is certified; its states are rows of StateChange.'},
        ),
        ops.AddIndex(
            model_name='Certification',
            index=Index(fields=['holder_site_id', 'level']),
        ),
        ops.AlterModelOptions(
            name='Evaluation',
            options={'table': 'certificates_evaluation', 'app': 'certificates', 'indexes': [Index(fields=['person_id', 'level']), Index(fields=['holder_site_id', 'level']), Index(fields=['awaiting', 'person_id'])], 'pk_attr': 'id', 'table_description': 'Is what the rules said of a holder and a level on the evidence of a moment; a new row when that changes.'},
        ),
        ops.AddIndex(
            model_name='Evaluation',
            index=Index(fields=['holder_site_id', 'level']),
        ),
        ops.AlterModelOptions(
            name='Objection',
            options={'table': 'certificates_objection', 'app': 'certificates', 'indexes': [Index(fields=['finding', 'made'])], 'pk_attr': 'id', 'table_description': 'Is what a person, or somebody for a site, says against a decision or a change about them, once for each.'},
        ),
    ]
