"""Table of saved filters: how somebody looks at a list again and again, under a name."""

from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import RESTRICT, Person


class SavedFilter(Model):
    """Keeps the filters and the order of a list for one person: `listing` is its path, `query` what follows the "?".

    Personal data: whose it is, and what they looked for; kept: until they remove it, or are erased.
    """

    id = fields.UUIDField(primary_key=True, default=uuid4)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="saved_filters", on_delete=RESTRICT
    )
    listing = fields.CharField(100)
    name = fields.CharField(60)
    query = fields.CharField(2000)

    person_id: UUID

    class Meta:
        table = "people_saved_filter"
        unique_together = (("person", "listing", "name"),)


def saved_by(actor: Actor) -> QuerySet[SavedFilter]:
    """Lists what the actor saved: nobody sees the filters of others."""
    return SavedFilter.filter(person_id=actor.person_id)
