"""People trained together: cohorts, their dated sessions, and who came."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from courses.packages.models import Course
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import NOBODY, reach, visible_filter
from training.sites.models import CentralUnit, Programme, Site

RESTRICT = fields.OnDelete.RESTRICT


class Cohort(Model):
    """People who are trained together, at one site or over several: in a course of ours, or in another training.

    With a `programme`, whoever gets a seat gets a place in it.

    Personal data: trainer_id (who leads it); kept: as long as the unit.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="cohorts", on_delete=RESTRICT
    )
    course: fields.ForeignKeyNullableRelation[Course] = fields.ForeignKeyField(
        "courses.Course", related_name="cohorts", null=True, on_delete=RESTRICT
    )
    site: fields.ForeignKeyNullableRelation[Site] = fields.ForeignKeyField(
        "sites.Site", related_name="cohorts", null=True, on_delete=RESTRICT
    )
    trainer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="cohorts_led", null=True, on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="cohorts", null=True, on_delete=RESTRICT
    )
    name = fields.CharField(max_length=200)
    # What coming to its sessions counts as, by the name that rules ask for; empty where it is no evidence by itself.
    learning = fields.CharField(max_length=200, default="", db_default="")
    starts = fields.DateField()
    ends = fields.DateField(null=True)

    unit_id: UUID
    course_id: UUID | None
    site_id: UUID | None
    trainer_id: UUID | None
    programme_id: UUID | None

    class Meta:
        table = "courses_cohort"
        indexes = (("site_id",), ("trainer_id",))


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
        indexes = (("person_id",),)
        unique_together = (("cohort", "person", "starts"),)


class TrainingSession(Model):
    """A dated training event of a cohort, of one day or several: how long, how, about what, and who leads it.

    Personal data: trainer_id, trainer_name (who leads it); kept: as long as the cohort.
    """

    id = fields.UUIDField(primary_key=True)
    cohort: fields.ForeignKeyRelation[Cohort] = fields.ForeignKeyField(
        "courses.Cohort", related_name="sessions", on_delete=RESTRICT
    )
    title = fields.CharField(max_length=200)
    held_on = fields.DateField()
    last_day = fields.DateField(null=True)  # where it is of several days
    minutes = fields.IntField()
    days = fields.FloatField(null=True)  # what it counts for: half a day, one, four; none where days are not counted
    mode = fields.CharField(max_length=20, default="", db_default="")
    topics = fields.TextField(default="", db_default="")  # one a line
    learning = fields.CharField(max_length=200, default="", db_default="")  # as the cohort's, or its own
    attributes: Any = fields.JSONField(null=True)  # what else the rules read of it: its part, edition or level
    trainer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="sessions_led", null=True, on_delete=RESTRICT
    )
    trainer_name = fields.CharField(max_length=200, default="", db_default="")  # of somebody who is not here

    cohort_id: UUID
    trainer_id: UUID | None

    class Meta:
        table = "courses_session"
        indexes = (("cohort_id",), ("trainer_id",))


class Attendance(Model):
    """What is noted of one person at one session: never changed, a later note stands beside it with the next number.

    It keeps what the session was when it was noted, as evidence tells what was known then. `minutes` is 0 for somebody
    who was absent. Who made it up: `made_up_in` another session, or with a piece of work, which `note` names.

    Personal data: person, minutes, note (why somebody was absent); kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    session: fields.ForeignKeyRelation[TrainingSession] = fields.ForeignKeyField(
        "courses.TrainingSession", related_name="attendance", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="attendance", on_delete=RESTRICT
    )
    number = fields.IntField(default=1)
    came = fields.CharField(max_length=10, default="present")
    note = fields.CharField(max_length=300, default="")
    made_up_in: fields.ForeignKeyNullableRelation[TrainingSession] = fields.ForeignKeyField(
        "courses.TrainingSession", related_name="makes_up", null=True, on_delete=RESTRICT
    )
    learning = fields.CharField(max_length=200, default="")
    first_day = fields.DateField(null=True)
    last_day = fields.DateField(null=True)
    minutes = fields.IntField()
    days = fields.FloatField(null=True)
    mode = fields.CharField(max_length=20, default="")
    topics = fields.TextField(default="")  # one a line
    attributes: Any = fields.JSONField(null=True)
    trainer: fields.ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="attendance_led", null=True, on_delete=RESTRICT
    )
    recorded = fields.DatetimeField()
    recorded_by = fields.UUIDField()

    session_id: UUID
    person_id: UUID
    made_up_in_id: UUID | None
    trainer_id: UUID | None

    class Meta:
        table = "courses_attendance"
        indexes = (("person_id",), ("made_up_in_id",), ("trainer_id",))
        unique_together = (("session", "person", "number"),)


def cohorts_visible_to(actor: Actor) -> QuerySet[Cohort]:
    """Lists the cohorts at the actor's sites, those the actor leads, and those with people within the actor's reach."""
    unit = Q(unit_id=actor.unit_id)
    if actor.everywhere("see people"):
        return Cohort.filter(unit)
    sites, theirs = list(actor.sites("see people")), Subquery(seats_for(actor, "see people").values("cohort_id"))
    led = Subquery(TrainingSession.filter(trainer_id=actor.person_id).values("cohort_id"))
    near = Q(site_id__in=sites) | Q(trainer_id=actor.person_id) | Q(id__in=led) | Q(id__in=theirs)
    return Cohort.filter(unit & near)


def may_change(actor: Actor, cohort: Cohort) -> bool:
    """Tells whether the actor may change a cohort: those who manage people, within the unit or at its site."""
    return actor.everywhere("manage people") or cohort.site_id in actor.sites("manage people")


def leads(actor: Actor, cohort: Cohort, session: TrainingSession | None = None) -> bool:
    """Tells whether the actor leads a cohort, or this session of it; a former trainer without a role does not."""
    led = (cohort.trainer_id, session.trainer_id if session else None)
    return actor.may("train") and actor.person_id in led


def sessions_led_by(actor: Actor) -> QuerySet[TrainingSession]:
    """Lists the sessions that the actor leads, by themselves or with their cohort."""
    if not actor.may("train"):
        return TrainingSession.filter(id__in=NOBODY)
    return TrainingSession.filter(Q(trainer_id=actor.person_id) | Q(cohort__trainer_id=actor.person_id))


def seats_in(actor: Actor, cohort: Cohort, session: TrainingSession | None = None) -> QuerySet[Seat]:
    """Lists the places of a cohort that the actor sees: all for whoever leads it, else those of people within reach."""
    seats = Seat.filter(cohort_id=cohort.id, person__merged_into_id__isnull=True)
    return seats if leads(actor, cohort, session) else seats.filter(visible_filter(actor))


def seats_noted_by(actor: Actor, cohort: Cohort, session: TrainingSession | None = None) -> QuerySet[Seat]:
    """Lists the places of those of whom the actor notes who came: all for whoever leads it, else whom they manage."""
    seats = Seat.filter(cohort_id=cohort.id, person__merged_into_id__isnull=True)
    seats = seats.exclude(person_id=actor.person_id)  # nobody vouches for themselves
    return seats if leads(actor, cohort, session) else seats.filter(reach(actor, "manage people"))


def seats_for(actor: Actor, ability: str) -> QuerySet[Seat]:
    """Lists the places in cohorts of people for whom the actor has the ability."""
    return Seat.filter(reach(actor, ability))


def taught_by(actor: Actor, person_id: UUID, course_id: UUID) -> QuerySet[Seat]:
    """Lists the places that somebody has today in cohorts of a course that the actor leads, as staff."""
    led = Q(cohort__trainer_id=actor.person_id) if actor.may("train") else Q(id__in=NOBODY)
    return Seat.filter(led, person_id=person_id, cohort__course_id=course_id, ends__isnull=True)
