"""Who knows earlier versions of a course, and how far: in the middle, or done; each by the version taken last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from courses.learning.models import Completion, Enrolment
from courses.packages.models import CourseVersion
from courses.versions.certified import holdings_of

AT_ONCE = 5000


@dataclass(frozen=True)
class Knower:
    """The enrolment that somebody took last of a course, and when they had done it; None while they are in it."""

    enrolment: Enrolment
    finished: datetime | None


@dataclass(frozen=True)
class GroupSize:
    """How many are in the middle and how many have done a course, by the number of their version."""

    middle: dict[str, int]
    done: dict[str, int]
    certified: int

    @property
    def counted(self) -> dict[str, int]:
        """The sums, as they are kept with what was chosen."""
        return {"middle": sum(self.middle.values()), "done": sum(self.done.values()), "certified": self.certified}


def enrolments_before(version: CourseVersion | None, course_id: UUID) -> QuerySet[Enrolment]:
    """Lists who took a version of a course that is older than this one, or any where there is none yet."""
    rows = Enrolment.filter(course_id=course_id, person__erased_at__isnull=True, person__merged_into_id__isnull=True)
    return rows.filter(version__published__lt=version.published) if version else rows


async def knowers(rows: Sequence[Enrolment]) -> list[Knower]:
    """Keeps of some enrolments those that are the last of their person in that course."""
    if not rows:
        return []
    people = [row.person_id for row in rows]
    latest: dict[UUID, tuple[datetime, UUID]] = {}
    every = Enrolment.filter(course_id=rows[0].course_id, person_id__in=people)
    for person, started, key in await every.values_list("person_id", "started", "id"):
        latest[person] = max(latest.get(person, (started, key)), (started, key))
    mine = [row for row in rows if latest[row.person_id][1] == row.id]
    done = Completion.filter(enrolment_id__in=[row.id for row in mine], module="")
    finished = dict(await done.values_list("enrolment_id", "happened"))
    return [Knower(row, finished.get(row.id)) for row in mine]


async def sizes(course_id: UUID, programme_id: UUID | None, version: CourseVersion | None = None) -> GroupSize:
    """Counts who is in the middle of an earlier version of a course and who has done one."""
    numbers = dict(await CourseVersion.filter(course_id=course_id).values_list("id", "number"))
    middle: dict[str, int] = {}
    done: dict[str, int] = {}
    certified, after = 0, None
    while True:
        asked = enrolments_before(version, course_id)
        rows = await (asked.filter(id__gt=after) if after else asked).order_by("id").limit(AT_ONCE)
        if not rows:
            return GroupSize(middle, done, certified)
        after = rows[-1].id
        people = []
        for one in await knowers(rows):
            group, number = done if one.finished else middle, numbers[one.enrolment.version_id]
            group[number] = group.get(number, 0) + 1
            people += [one.enrolment.person_id] if one.finished else []
        certified += len(await holdings_of(people, programme_id))
