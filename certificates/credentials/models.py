"""Tables behind the credentials: issuers' keys, status lists with their raised bits, achievements, artefacts."""

from typing import Any

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certificate
from training.people.actor import Actor
from training.sites.models import CentralUnit

RESTRICT = fields.OnDelete.RESTRICT


class IssuerKey(Model):
    """Is a key pair of an issuer: Ed25519 for documents (`purpose` document), RSA for tokens (token).

    `state` goes announced → active → retired | compromised. The public part is published for ever.
    `slot` is held by the active key alone, so there is never more than one of a purpose.
    `sealed` is the private part, encrypted with the master key and bound to `kid`.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="keys", on_delete=RESTRICT
    )
    kid = fields.CharField(64, unique=True)
    purpose = fields.CharField(10)
    state = fields.CharField(12)
    slot = fields.CharField(60, null=True, unique=True)
    public = fields.TextField()
    sealed = fields.BinaryField()
    announced = fields.DatetimeField()
    activated = fields.DatetimeField(null=True)
    ended = fields.DatetimeField(null=True)

    class Meta:
        table = "certificates_issuer_key"
        indexes = (("unit_id", "purpose", "state"),)


class StatusList(Model):
    """Is one list of an issuer: how many of its entries are taken, and the credential as last signed.

    `secret` scatters the entries, so that nobody reads from an entry when it was issued or to whom it is next.
    `signed_bits` is a checksum of the bits that the signed credential carries.
    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="status_lists", on_delete=RESTRICT
    )
    number = fields.IntField()
    taken = fields.IntField(default=0)
    secret = fields.BinaryField()
    signed = fields.TextField(default="")
    signed_bits = fields.IntField(default=-1)
    signed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "certificates_status_list"
        unique_together = (("unit", "number"),)


class RaisedBit(Model):
    """Is one bit that is set: the certificate at that entry stands withdrawn or replaced.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    list: fields.ForeignKeyRelation[StatusList] = fields.ForeignKeyField(
        "certificates.StatusList", related_name="bits", on_delete=RESTRICT
    )
    index = fields.IntField()
    raised = fields.DatetimeField()

    class Meta:
        table = "certificates_raised_bit"
        unique_together = (("list", "index"),)


class PublishedAchievement(Model):
    """Is what certificates of one level say was achieved, as last published, for the address that they name.

    Personal data: none.
    """

    slug = fields.CharField(140, primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="achievements", on_delete=RESTRICT
    )
    said = fields.JSONField[dict[str, Any]]()
    published = fields.DatetimeField()

    class Meta:
        table = "certificates_published_achievement"


class SheetDesign(Model):
    """Is one look of a unit's certificates; only `used` ever changes, and the one used last counts.

    `used` is when it began to be used, none while it was only looked at. `logo` and `signature` name files by their
    hash; `wording` has the words that differ from the usual ones; `language` is empty for the holder's own.
    Personal data: the picture of a signature; kept: as long as a certificate is printed with it.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="sheet_designs", on_delete=RESTRICT
    )
    logo = fields.CharField(80, default="")
    signature = fields.CharField(80, default="")
    wording = fields.JSONField[dict[str, str]]()
    language = fields.CharField(8, default="")
    made = fields.DatetimeField()
    used = fields.DatetimeField(null=True)

    class Meta:
        table = "certificates_sheet_design"
        indexes = (("unit_id", "used"),)


def designs_visible_to(actor: Actor) -> QuerySet[SheetDesign]:
    """Lists the looks of certificates of the actor's unit, used or not."""
    return SheetDesign.filter(unit_id=actor.unit_id)


class Artefact(Model):
    """Is one thing made from a certificate's facts: `kind` badge, token, code, document, png or svg.
    The latest version counts.
    `kid` is the key that signed it.

    The bytes lie in storage under `path`, and can be made again: `sha256` proves that they are the same.
    Personal data: the artefact names the holder; kept: until the person is erased. Then `path` is empty, and the hash
    stays for ever, so that a file which somebody was given is still known.
    """

    id = fields.UUIDField(primary_key=True)
    certificate: fields.ForeignKeyRelation[Certificate] = fields.ForeignKeyField(
        "certificates.Certificate", related_name="artefacts", on_delete=RESTRICT
    )
    kind = fields.CharField(10)
    version = fields.IntField(default=1)
    sha256 = fields.CharField(64, db_index=True)
    size = fields.IntField()
    path = fields.CharField(200)
    kid = fields.CharField(64, default="", db_index=True)
    made = fields.DatetimeField()

    class Meta:
        table = "certificates_artefact"
        unique_together = (("certificate", "kind", "version"),)


class Damage(Model):
    """Is one certificate whose record was found to be no longer what was signed; gone when it is found sound again.

    Personal data: none; kept: until the record is put right.
    """

    certificate: fields.OneToOneRelation[Certificate] = fields.OneToOneField(
        "certificates.Certificate", related_name="damage", on_delete=RESTRICT, primary_key=True
    )
    what = fields.CharField(200)
    found = fields.DatetimeField()

    class Meta:
        table = "certificates_damage"
