"""Tables of who takes part in a programme: sites that adopt it, places of people, their roles in it, applications."""

from datetime import date
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import active_on, reach, sites_for
from training.sites.models import Area, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Adoption(Model):
    """Says that a site delivers a programme, between two days, both included.

    Personal data: recorded_by_id (who said so); kept: as long as the site.
    """

    id = fields.UUIDField(primary_key=True)
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="adoptions", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="adoptions", on_delete=RESTRICT
    )
    starts = fields.DateField()
    ends = fields.DateField(null=True)
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField(null=True)
    end_recorded = fields.DatetimeField(null=True)

    site_id: UUID
    programme_id: UUID

    class Meta:
        table = "programmes_adoption"
        indexes = (("site_id", "programme_id"),)


class Place(Model):
    """Is somebody's part in a programme, at a site or for the whole unit, between two days, both included.

    `version` names the version of the rules that it began with; "" leaves it to the rules in force. `end_reason` is a
    key of `rules.END_REASONS`. One given by mistake is `taken_back`, and `note` says why.
    Personal data: programme, site, funding, route, why it ended; kept: seven years after it ends.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="places", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="places", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="places", null=True, on_delete=RESTRICT
    )
    version = fields.CharField(40, default="")
    starts = fields.DateField()
    ends = fields.DateField(null=True)
    end_reason = fields.CharField(20, default="")
    funding = fields.CharField(100, default="")
    route = fields.CharField(100, default="")
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField(null=True)
    end_recorded = fields.DatetimeField(null=True)
    taken_back = fields.DatetimeField(null=True)
    note = fields.TextField(default="")

    person_id: UUID
    programme_id: UUID
    site_id: UUID | None

    class Meta:
        table = "programmes_place"
        indexes = (("person_id", "programme_id"), ("site_id", "programme_id"))


class ProgrammeRole(Model):
    """Gives a person one of the roles that a programme's rules name, at a site, in an area, or in the whole unit.

    One given by mistake is `taken_back`, and `note` says why.
    Personal data: role, reach; kept: seven years after it ends.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="programme_roles", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="roles", on_delete=RESTRICT
    )
    role = fields.CharField(80)
    area: fields.ForeignKeyNullableRelation[Area] = fields.ForeignKeyField(
        "sites.Area", related_name="programme_roles", null=True, on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="programme_roles", null=True, on_delete=RESTRICT
    )
    starts = fields.DateField()
    ends = fields.DateField(null=True)
    recorded = fields.DatetimeField()
    recorded_by_id = fields.UUIDField(null=True)
    end_recorded = fields.DatetimeField(null=True)
    taken_back = fields.DatetimeField(null=True)
    note = fields.TextField(default="")

    person_id: UUID
    programme_id: UUID
    area_id: UUID | None
    site_id: UUID | None

    class Meta:
        table = "programmes_role"
        indexes = (("area_id",), ("site_id",), ("person_id", "programme_id"), ("programme_id", "role"))


class Application(Model):
    """Is somebody's own wish to join a programme at a site, and the site's answer; a refusal stays, with its reason.

    `state` is waiting, accepted, refused or withdrawn. `slot` names person and programme while it waits, so that one
    waits at a time.
    Personal data: what the person wrote, what was answered; kept: seven years after the answer.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="applications", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="applications", on_delete=RESTRICT
    )
    site: fields.ForeignKeyRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="applications", on_delete=RESTRICT
    )
    words = fields.TextField()
    made = fields.DatetimeField()
    state = fields.CharField(12, default="waiting")
    slot = fields.CharField(80, null=True, unique=True)
    answer = fields.TextField(default="")
    answered = fields.DatetimeField(null=True)
    answered_by_id = fields.UUIDField(null=True)

    person_id: UUID
    programme_id: UUID
    site_id: UUID

    class Meta:
        table = "programmes_application"
        indexes = (("site_id", "state"), ("person_id", "made"))


class ComponentList(Model):
    """Is one published list of the parts that sessions of a programme are made of; never changed after.

    Personal data: published_by_id; kept: as long as the programme.
    """

    id = fields.UUIDField(primary_key=True)
    programme: fields.ForeignKeyRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="component_lists", on_delete=RESTRICT
    )
    version = fields.CharField(40)
    body = fields.TextField()
    published = fields.DatetimeField()
    published_by_id = fields.UUIDField(null=True)

    programme_id: UUID

    class Meta:
        table = "programmes_component_list"
        unique_together = (("programme", "version"),)


def places_for(actor: Actor, ability: str) -> QuerySet[Place]:
    """Lists the places of the people for whom the actor has the ability; those taken back too."""
    return Place.filter(reach(actor, ability))


def programme_roles_for(actor: Actor, ability: str) -> QuerySet[ProgrammeRole]:
    """Lists the roles in programmes of the people for whom the actor has the ability; those taken back too."""
    return ProgrammeRole.filter(reach(actor, ability))


def applications_for(actor: Actor) -> QuerySet[Application]:
    """Lists the applications that the actor answers: those to sites where they manage people, but for their own."""
    there = sites_for(actor, "manage people").values("id")
    mine: dict[str, UUID] = {"person_id": actor.person_id}
    return Application.filter(site_id__in=Subquery(there), person__test_user=False).exclude(**mine)


def holding_on(day: date) -> Q:
    """Filters places and roles in programmes to those that hold on the day."""
    return active_on(day) & Q(taken_back__isnull=True)
