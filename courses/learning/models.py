"""What people did in courses: enrolments, progress, quiz attempts, tasks handed in, completions."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from courses.packages.models import Activity, Course, CourseVersion, Media, Module
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import visible_filter

RESTRICT = fields.OnDelete.RESTRICT


class Enrolment(Model):
    """A person takes a course, in the version that was current when the person began.

    Personal data: person, language, place (where the person is); kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="enrolments", on_delete=RESTRICT
    )
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="enrolments", on_delete=RESTRICT
    )
    course: fields.ForeignKeyRelation[Course] = fields.ForeignKeyField(
        "courses.Course", related_name="enrolments", on_delete=RESTRICT
    )
    language = fields.CharField(max_length=10)
    came_by = fields.CharField(max_length=200, default="")  # place of the LMS launch, when there was one
    place: fields.ForeignKeyNullableRelation[Activity] = fields.ForeignKeyField(
        "courses.Activity", related_name="here", null=True, on_delete=RESTRICT
    )
    started = fields.DatetimeField()
    seen = fields.DatetimeField()

    person_id: UUID
    version_id: UUID
    course_id: UUID
    place_id: UUID | None

    class Meta:
        table = "courses_enrolment"
        indexes = (("place_id",),)
        unique_together = (("person", "version"),)


class Progress(Model):
    """How far an enrolment is in one activity.

    Personal data: all of it, through the enrolment; kept: as long as the enrolment.
    """

    id = fields.UUIDField(primary_key=True)
    enrolment: fields.ForeignKeyRelation[Enrolment] = fields.ForeignKeyField(
        "courses.Enrolment", related_name="progress", on_delete=RESTRICT
    )
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField(
        "courses.Activity", related_name="progress", on_delete=RESTRICT
    )
    opened = fields.DatetimeField()
    done = fields.DatetimeField(null=True)
    more_tries = fields.IntField(default=0)  # tries that a trainer allowed beyond those of the quiz

    activity_id: UUID

    class Meta:
        table = "courses_progress"
        indexes = (("activity_id",),)
        unique_together = (("enrolment", "activity"),)


class QuizAttempt(Model):
    """One try at a quiz; frozen once it is handed in.

    Personal data: all of it, through the enrolment; kept: as long as the enrolment.
    """

    id = fields.UUIDField(primary_key=True)
    enrolment: fields.ForeignKeyRelation[Enrolment] = fields.ForeignKeyField(
        "courses.Enrolment", related_name="attempts", on_delete=RESTRICT
    )
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField(
        "courses.Activity", related_name="attempts", on_delete=RESTRICT
    )
    number = fields.IntField()
    state = fields.CharField(max_length=10)  # open, handed_in
    position = fields.IntField(default=1)  # the question last looked at, counted from 1
    opened = fields.DatetimeField()
    handed_in = fields.DatetimeField(null=True)
    given = fields.IntField(null=True)
    maximum = fields.IntField(null=True)
    passed = fields.BooleanField(null=True)

    activity_id: UUID

    class Meta:
        table = "courses_attempt"
        indexes = (("activity_id",),)
        unique_together = (("enrolment", "activity", "number"),)


class Answer(Model):
    """The choices ticked for one question of an attempt.

    Personal data: all of it, through the attempt; kept: as long as the enrolment.
    """

    id = fields.UUIDField(primary_key=True)
    attempt: fields.ForeignKeyRelation[QuizAttempt] = fields.ForeignKeyField(
        "courses.QuizAttempt", related_name="answers", on_delete=RESTRICT
    )
    question = fields.CharField(max_length=100)
    choices = fields.JSONField[list[str]]()
    answered = fields.DatetimeField()

    class Meta:
        table = "courses_answer"
        unique_together = (("attempt", "question"),)


class TaskEntry(Model):
    """What a person handed in for a task; a later entry stands beside the earlier one.

    Personal data: note, file_name and the stored file; kept: as long as the enrolment.
    """

    id = fields.UUIDField(primary_key=True)
    enrolment: fields.ForeignKeyRelation[Enrolment] = fields.ForeignKeyField(
        "courses.Enrolment", related_name="entries", on_delete=RESTRICT
    )
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField(
        "courses.Activity", related_name="entries", on_delete=RESTRICT
    )
    note = fields.TextField()
    file_name = fields.CharField(max_length=200, default="")
    stored = fields.CharField(max_length=100, default="")
    sha256 = fields.CharField(max_length=64, default="")
    handed_in = fields.DatetimeField()

    enrolment_id: UUID

    class Meta:
        table = "courses_entry"
        indexes = (("enrolment_id",), ("activity_id",))


class TaskReply(Model):
    """What somebody who trains wrote back about what was handed in for a task; without words it was read only.

    Personal data: person (who read it), words; kept: as long as the entry.
    """

    id = fields.UUIDField(primary_key=True)
    entry: fields.ForeignKeyRelation[TaskEntry] = fields.ForeignKeyField(
        "courses.TaskEntry", related_name="replies", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="task_replies", on_delete=RESTRICT
    )
    words = fields.TextField(default="")
    recorded = fields.DatetimeField()

    entry_id: UUID
    person_id: UUID

    class Meta:
        table = "courses_reply"
        indexes = (("entry_id",), ("person_id",))


class ScormAttempt(Model):
    """What a SCORM lesson has reported of somebody, and what it needs to go on where they left it.

    One window writes at a time: the one that was opened last, which `launch` names. `sco` counts the parts of the
    package from 1. `total_seconds` are those of earlier launches.

    Personal data: all of it, through the enrolment; kept: as long as the enrolment.
    """

    id = fields.UUIDField(primary_key=True)
    enrolment: fields.ForeignKeyRelation[Enrolment] = fields.ForeignKeyField(
        "courses.Enrolment", related_name="scorm_attempts", on_delete=RESTRICT
    )
    activity: fields.ForeignKeyRelation[Activity] = fields.ForeignKeyField(
        "courses.Activity", related_name="scorm_attempts", on_delete=RESTRICT
    )
    sco = fields.IntField()
    launch = fields.UUIDField()
    launched = fields.DatetimeField()
    saved = fields.DatetimeField(null=True)
    completion = fields.CharField(max_length=20, default="not attempted")
    success = fields.CharField(max_length=10, default="unknown")
    scaled_score = fields.FloatField(null=True)
    raw_score = fields.FloatField(null=True)
    lowest_score = fields.FloatField(null=True)
    highest_score = fields.FloatField(null=True)
    best_percent = fields.FloatField(null=True)
    location = fields.TextField(default="")
    suspend_data = fields.TextField(default="")
    exit = fields.CharField(max_length=10, default="")
    total_seconds = fields.IntField(default=0)
    session_seconds = fields.IntField(default=0)
    done = fields.DatetimeField(null=True)

    enrolment_id: UUID
    activity_id: UUID

    class Meta:
        table = "courses_scorm_attempt"
        indexes = (("activity_id",),)
        unique_together = (("enrolment", "activity", "sco"),)


class Completion(Model):
    """A dated result: a person completed a module, or the whole course, of one version.

    Personal data: person and what was learnt when; kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    enrolment: fields.ForeignKeyRelation[Enrolment] = fields.ForeignKeyField(
        "courses.Enrolment", related_name="completions", on_delete=RESTRICT
    )
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="completions", on_delete=RESTRICT
    )
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="completions", on_delete=RESTRICT
    )
    module = fields.CharField(max_length=100, default="")  # its slug; empty for the course as a whole
    happened = fields.DatetimeField()
    recorded = fields.DatetimeField()

    class Meta:
        table = "courses_completion"
        indexes = (("person_id",),)
        unique_together = (("enrolment", "module"),)


def visible_to(actor: Actor) -> QuerySet[Enrolment]:
    """The enrolments that the actor may see: the own ones, and those of people within reach."""
    return Enrolment.filter(visible_filter(actor))


def courses_visible_to(actor: Actor) -> QuerySet[Course]:
    """The courses of the actor's central unit."""
    return Course.filter(unit_id=actor.unit_id)


__all__ = [
    "Activity",
    "Answer",
    "Completion",
    "Course",
    "CourseVersion",
    "Enrolment",
    "Media",
    "Module",
    "Progress",
    "QuizAttempt",
    "ScormAttempt",
    "TaskEntry",
    "TaskReply",
    "courses_visible_to",
    "visible_to",
]
