"""Tables of certificates from before this service: their old number, who issued them, and scans that prove them."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certification, any_certification_visible_to
from training.parsing.text import folded
from training.people.actor import Actor
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


class EarlierProof(Model):
    """Is a scan of the paper of a certificate from before this service, or of a letter about it; added by who decides.

    One that was added by mistake is `removed`: its file is kept for the days in which it can be brought back. Then it
    goes, and the row says that it was there.
    Personal data: file_name and the stored file; kept: with the certificate, until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    earlier: fields.ForeignKeyRelation[EarlierCertificate] = fields.ForeignKeyField(
        "certificates.EarlierCertificate", related_name="proofs", on_delete=RESTRICT
    )
    file_name = fields.CharField(200)
    stored = fields.CharField(100)
    sha256 = fields.CharField(64)
    added = fields.DatetimeField()
    removed = fields.DatetimeField(null=True)

    earlier_id: UUID

    class Meta:
        table = "certificates_earlier_proof"
        indexes = (("earlier_id",),)


def proofs_visible_to(actor: Actor) -> QuerySet[EarlierProof]:
    """Lists the proofs of one's own earlier certificates, and of those that the actor reads in the register."""
    read = any_certification_visible_to(actor).values("id")
    mine = Q(earlier__person_id=actor.person_id) | Q(earlier__certification_id__in=Subquery(read))
    return EarlierProof.filter(mine, removed__isnull=True)


def plain_number(text: str) -> str:
    """Gives a number as it is compared: letters and digits alone, small ones."""
    return "".join(letter for letter in folded(text) if letter.isalnum())[:60]
