"""The table of certificates from before this service: their old number, who issued them, and what proves them."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from certificates.evaluations.models import Certification
from training.parsing.text import folded
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class EarlierCertificate(Model):
    """Is a certificate that was issued before this service, as it was brought in with its certification.

    `number` is the old one as it was written, and `plain_number` as it is compared. `name` is the holder's, as it was
    known when it was brought in; `proof` says where the paper is.
    Personal data: name, proof; kept: for ever, the name until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="earlier_certificates", on_delete=RESTRICT
    )
    certification: fields.OneToOneRelation[Certification] = fields.OneToOneField(
        "certificates.Certification", related_name="earlier", on_delete=RESTRICT
    )
    person_id = fields.UUIDField(db_index=True)
    number = fields.CharField(60)
    plain_number = fields.CharField(60, db_index=True)
    name = fields.CharField(200)
    issuer = fields.CharField(200)
    proof = fields.CharField(300, default="")
    imported = fields.DatetimeField()

    unit_id: UUID
    certification_id: UUID

    class Meta:
        table = "certificates_earlier"


def plain_number(text: str) -> str:
    """Gives a number as it is compared: letters and digits alone, small ones."""
    return "".join(letter for letter in folded(text) if letter.isalnum())[:60]
