"""Tables of the links by which a holder shows a certificate to somebody, for a time or once."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certificate
from training.people.actor import Actor


class ShareLink(Model):
    """Is one link to the check of a certificate, for whom `label` says: opened once, or until `ends`.

    `ended` is when the holder ended it, or when a link for once was opened.
    Personal data: the label; kept: as long as the certificate, until the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    certificate: fields.ForeignKeyRelation[Certificate] = fields.ForeignKeyField(
        "certificates.Certificate", related_name="share_links", on_delete=fields.OnDelete.RESTRICT
    )
    token = fields.CharField(26, unique=True)
    label = fields.CharField(100)
    once = fields.BooleanField(default=False)
    ends = fields.DateField()
    made = fields.DatetimeField()
    ended = fields.DatetimeField(null=True)

    certificate_id: UUID

    class Meta:
        table = "certificates_share_link"


class ShareLinkUse(Model):
    """Is one opening of a link, for its holder to see.

    Personal data: none, as nobody asks who opened it; kept: as long as the link.
    """

    id = fields.UUIDField(primary_key=True)
    link: fields.ForeignKeyRelation[ShareLink] = fields.ForeignKeyField(
        "certificates.ShareLink", related_name="openings", on_delete=fields.OnDelete.CASCADE
    )
    opened = fields.DatetimeField()

    class Meta:
        table = "certificates_share_link_use"


def share_links_visible_to(actor: Actor) -> QuerySet[ShareLink]:
    """Lists the links that the actor has made to own certificates."""
    return ShareLink.filter(certificate__person_id=actor.person_id)
