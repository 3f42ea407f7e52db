"""People trained together: cohorts, their dated sessions, and who came."""

from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from courses.packages.models import Course
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import reach, visible_filter
from training.sites.models import Site

RESTRICT = fields.OnDelete.RESTRICT


class Cohort(Model):
    """People who take a course together, at one site or over several.

    Personal data: trainer_id (who leads it); kept: as long as the course.
    """

    id = fields.UUIDField(primary_key=True)
    course: fields.ForeignKeyRelation[Course] = fields.ForeignKeyField(
        "courses.Course", related_name="cohorts", on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="cohorts", null=True, on_delete=RESTRICT
    )
    trainer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="cohorts_led", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(max_length=200)
    starts = fields.DateField()
    ends = fields.DateField(null=True)

    course_id: UUID
    site_id: UUID | None
    trainer_id: UUID | None

    class Meta:
        table = "courses_cohort"


class Seat(Model):
    """A person's place in a cohort.

    Personal data: person; kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    cohort: fields.ForeignKeyRelation[Cohort] = fields.ForeignKeyField(
        "courses.Cohort", related_name="places", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="cohort_places", on_delete=RESTRICT
    )
    starts = fields.DateField()
    ends = fields.DateField(null=True)

    cohort_id: UUID
    person_id: UUID

    class Meta:
        table = "courses_place"
        unique_together = (("cohort", "person", "starts"),)


class Session(Model):
    """A dated training event of a cohort.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    cohort: fields.ForeignKeyRelation[Cohort] = fields.ForeignKeyField(
        "courses.Cohort", related_name="sessions", on_delete=RESTRICT
    )
    title = fields.CharField(max_length=200)
    held_on = fields.DateField()
    minutes = fields.IntField()

    cohort_id: UUID

    class Meta:
        table = "courses_session"


class Attendance(Model):
    """Whether one person came to one session: `minutes` is 0 for somebody who did not.

    Personal data: person, minutes; kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "courses.Session", related_name="attendance", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="attendance", on_delete=RESTRICT
    )
    minutes = fields.IntField()
    recorded = fields.DatetimeField()
    recorded_by = fields.UUIDField()

    session_id: UUID
    person_id: UUID

    class Meta:
        table = "courses_attendance"
        unique_together = (("session", "person"),)


def visible_to(actor: Actor) -> QuerySet[Seat]:
    """The places in cohorts of people within the actor's reach."""
    return Seat.filter(visible_filter(actor))


def cohorts_visible_to(actor: Actor) -> QuerySet[Cohort]:
    """The cohorts at the actor's sites, those the actor leads, and those with people within the actor's reach."""
    unit = Q(course__unit_id=actor.unit_id)
    if actor.everywhere("see people"):
        return Cohort.filter(unit)
    sites, theirs = list(actor.sites("see people")), Subquery(visible_to(actor).values("cohort_id"))
    return Cohort.filter(unit & (Q(site_id__in=sites) | Q(trainer_id=actor.person_id) | Q(id__in=theirs)))


def may_change(actor: Actor, cohort: Cohort) -> bool:
    """Whether the actor may change a cohort: those who manage people, within the unit or at its site."""
    return actor.everywhere("manage people") or cohort.site_id in actor.sites("manage people")


def seats_for(actor: Actor, ability: str) -> QuerySet[Seat]:
    """The places in cohorts of people for whom the actor has the ability."""
    return Seat.filter(reach(actor, ability))
