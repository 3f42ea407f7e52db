"""The table of what a unit says of its programmes to everybody: written, shown, taken down."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.sites.models import Programme

DRAFT, ON_SHOW = "draft", "on show"


class PublicPage(Model):
    """Is one version of what a unit says of a programme to everybody who thinks of taking it up.

    `slot` is "draft" while it is written and "on show" while anybody may read it, each with the programme, so that of
    many at once only one is; earlier versions have none.
    Personal data: whom to ask (a work address), who wrote, published and took it down; kept: as long as the programme.
    """

    id = fields.UUIDField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="public_pages", on_delete=fields.OnDelete.RESTRICT
    )
    slot = fields.CharField(60, null=True, unique=True)
    description = fields.TextField()
    evidence = fields.CharField(200, default="")
    evidence_link = fields.CharField(500, default="")
    cost = fields.CharField(200, default="")
    cost_source = fields.CharField(500, default="")
    adoption = fields.TextField()
    ask = fields.CharField(300)
    saved = fields.DatetimeField()
    saved_by_id = fields.UUIDField()
    published = fields.DatetimeField(null=True)
    published_by_id = fields.UUIDField(null=True)
    taken_down = fields.DatetimeField(null=True)
    taken_down_by_id = fields.UUIDField(null=True)

    programme_id: UUID

    class Meta:
        table = "certificates_public_page"
        indexes = (("programme_id", "published"),)

    @property
    def state(self) -> str:
        """Which it is: "draft", "on show", or "" for an earlier one."""
        return (self.slot or "").partition("/")[0]


def slot_of(state: str, programme_id: UUID) -> str:
    """Names the one place for the draft of a programme, or for what is on show of it."""
    return f"{state}/{programme_id}"


def pages_for(actor: Actor) -> QuerySet[PublicPage]:
    """Lists what was ever written of the programmes of the actor's unit."""
    return PublicPage.filter(programme__unit_id=actor.unit_id)


def on_show() -> QuerySet[PublicPage]:
    """Lists what everybody may read."""
    return PublicPage.filter(slot__startswith=f"{ON_SHOW}/")


async def latest_pages(programme_id: UUID) -> tuple[PublicPage | None, PublicPage | None]:
    """Finds the draft of a programme's page, and what was last published of it, which may have been taken down."""
    draft = await PublicPage.get_or_none(slot=slot_of(DRAFT, programme_id))
    standing = await PublicPage.get_or_none(slot=slot_of(ON_SHOW, programme_id))
    last = PublicPage.filter(programme_id=programme_id, taken_down__isnull=False).order_by("-taken_down", "-published")
    return draft, standing or await last.first()


def seen_of(page: PublicPage) -> str:
    """Names a version of a draft as it was read, so that nobody publishes words that they have not seen."""
    saved: datetime = page.saved
    return f"{page.id}/{saved.timestamp():.6f}"
