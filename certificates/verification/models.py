"""Tables of what holders let others see: links to a certificate, for a time or once, and lists of staff."""

from datetime import date
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from certificates.evaluations.models import Certificate
from training.people.actor import Actor
from training.people.models import Membership, Person
from training.people.visibility import active_on
from training.sites.models import Site


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
        indexes = (("certificate_id",),)


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
        indexes = (("link_id",),)


class StaffListing(Model):
    """Is somebody's word that the public list of a site's staff may name them; taken back, it is gone.

    That it was given and taken back are facts. It counts only while its person has a role at the site.
    Personal data: that the person works at the site; kept: until it is taken back or the person is erased.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="staff_listings", on_delete=fields.OnDelete.RESTRICT
    )
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="staff_listings", on_delete=fields.OnDelete.RESTRICT
    )
    given = fields.DatetimeField()

    person_id: UUID
    site_id: UUID

    class Meta:
        table = "certificates_staff_listing"
        indexes = (("site_id",),)
        unique_together = (("person", "site"),)


def listings_visible_to(actor: Actor) -> QuerySet[StaffListing]:
    """Lists where the actor agreed to be named; what a list shows of others anybody may see."""
    return StaffListing.filter(person_id=actor.person_id)


def listed_at(site_id: UUID, today: date) -> QuerySet[StaffListing]:
    """Lists who is named on the public list of a site: who agreed, and has a role there on the day."""
    here = Membership.filter(active_on(today), site_id=site_id).values("person_id")
    return StaffListing.filter(site_id=site_id, person_id__in=Subquery(here))


def share_links_visible_to(actor: Actor) -> QuerySet[ShareLink]:
    """Lists the links that the actor has made to own certificates."""
    return ShareLink.filter(certificate__person_id=actor.person_id)
