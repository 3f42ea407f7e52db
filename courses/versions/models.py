"""The tables of what becomes of those who know an earlier version of a course: the choice, and who is asked."""

from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.queryset import QuerySet

from courses.packages.models import CourseVersion
from training.people.actor import Actor
from training.people.models import Person
from training.people.visibility import visible_filter

RESTRICT = fields.OnDelete.RESTRICT


class VersionChoice(Model):
    """Is what was chosen for those who had begun or done a course when a version of it came; the last `turn` holds.

    `middle` is what becomes of those in the middle (stay, now, or day: on `middle_on`), `done` of those who have done
    it (none, top_up or again: until `done_by`, or renewal), `late` of those who have not by then (list, or remind).
    `because` says what changed and why, to whom it concerns. `classes` is how much a part changes, by module/part,
    where that is not what is said of the whole version. `counted` is how many there were in each group then.

    Personal data: chosen_by_id (who chose); kept: as long as the course.
    """

    id = fields.UUIDField(primary_key=True)
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="choices", on_delete=RESTRICT
    )
    turn = fields.IntField()
    middle = fields.CharField(max_length=10)
    middle_on = fields.DateField(null=True)
    done = fields.CharField(max_length=10)
    done_by = fields.DateField(null=True)
    late = fields.CharField(max_length=10)
    because = fields.TextField()
    classes = fields.JSONField[dict[str, str]]()
    counted = fields.JSONField[dict[str, int]]()
    chosen = fields.DatetimeField()
    chosen_by_id = fields.UUIDField()

    version_id: UUID

    class Meta:
        table = "courses_version_choice"
        unique_together = (("version", "turn"),)


class TopUp(Model):
    """Asks somebody who has done an earlier version of a course for what is new in a later one, by a day.

    `whole` asks for all of it, done again. `state` is open, done or called off; `missed` is when it was noted that the
    day `due` had passed.

    Personal data: person, and what is asked of them; kept: as long as the person's record.
    """

    id = fields.UUIDField(primary_key=True)
    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "people.Person", related_name="top_ups", on_delete=RESTRICT
    )
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="top_ups", on_delete=RESTRICT
    )
    whole = fields.BooleanField(default=False)
    due = fields.DateField()
    state = fields.CharField(max_length=10, default="open")
    given = fields.DatetimeField()
    missed = fields.DatetimeField(null=True)
    ended = fields.DatetimeField(null=True)

    person_id: UUID
    version_id: UUID

    class Meta:
        table = "courses_top_up"
        indexes = (("version_id", "state"), ("state", "due"))
        unique_together = (("person", "version"),)


def top_ups_visible_to(actor: Actor) -> QuerySet[TopUp]:
    """Lists one's own top-ups, and those of the people whom the actor may see."""
    return TopUp.filter(visible_filter(actor))


async def choice_of(version_id: UUID) -> VersionChoice | None:
    """Finds what holds for a version: what was chosen last."""
    return await VersionChoice.filter(version_id=version_id).order_by("-turn").first()


async def asked_of_person(person_id: UUID) -> list[TopUp]:
    """Lists what is asked of somebody and not done yet, with its version and course, what ends first foremost."""
    return await TopUp.filter(person_id=person_id, state="open").order_by("due").select_related("version__course")
