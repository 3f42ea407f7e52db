"""Where a person is in a course: the enrolment, what is reached, and the spot that an address names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courses.learning import rules
from courses.learning.models import Completion, CourseVersion, Enrolment, Progress, courses_visible_to, visible_to
from courses.learning.outline import Chapter, Outline, OutlineActivity, in_language, outline_of
from training.core.errors import NotAllowed, NotFound
from training.people.actor import Actor


@dataclass(frozen=True)
class Journey:
    """One enrolment with its outline and all that is reached."""

    enrolment: Enrolment
    outline: Outline
    reached: rules.Reached
    completed: dict[str, datetime]

    @property
    def last(self) -> rules.Here | None:
        """The place where the person was last."""
        return self.outline.where(self.enrolment.place_id)

    @property
    def next(self) -> rules.Here | None:
        """The place where Continue leads; None when nothing is left to do."""
        return rules.next_place(self.outline.course, self.reached, last=self.last)


@dataclass(frozen=True)
class Position:
    """An activity of one person's journey."""

    journey: Journey
    chapter: Chapter
    part: OutlineActivity

    @property
    def path(self) -> str:
        """The address of the activity."""
        return f"/courses/{self.journey.outline.slug}/{self.chapter.slug}/{self.part.slug}"

    @property
    def done(self) -> bool:
        """The person has done this activity."""
        return self.part.id in self.journey.reached.done


async def current_version(actor: Actor, slug: str) -> CourseVersion:
    """The version that somebody who starts today would take."""
    course = await courses_visible_to(actor).get_or_none(slug=slug)
    version = await CourseVersion.filter(course=course).order_by("-published").first() if course else None
    if version is None:
        raise NotFound("There is no such course.", "Go to My courses and choose one from the list.")
    return version


async def own_enrolment(actor: Actor, slug: str) -> Enrolment | None:
    """The actor's own enrolment on the course; the latest, when the course was taken again."""
    own = visible_to(actor).filter(person_id=actor.person_id, course__slug=slug, course__unit_id=actor.unit_id)
    return await own.order_by("-started").first()


async def reached_by(enrolment_id: UUID) -> tuple[rules.Reached, dict[str, datetime]]:
    """What an enrolment has reached, and when its modules were completed."""
    rows = await Progress.filter(enrolment_id=enrolment_id).values("activity_id", "done")
    completions = await Completion.filter(enrolment_id=enrolment_id).values("module", "happened")
    completed = {str(row["module"]): row["happened"] for row in completions}
    reached = rules.Reached(
        opened=frozenset(row["activity_id"] for row in rows),
        done=frozenset(row["activity_id"] for row in rows if row["done"] is not None),
        completed=frozenset(completed),
    )
    return reached, completed


async def journey_of(enrolment: Enrolment) -> Journey:
    """The journey of an enrolment."""
    outline = await outline_of(enrolment.version_id)
    reached, completed = await reached_by(enrolment.id)
    return Journey(enrolment, outline, reached, completed)


async def own_journey(actor: Actor, slug: str) -> Journey | None:
    """The actor's own journey on the course; None before it is started."""
    enrolment = await own_enrolment(actor, slug)
    return await journey_of(enrolment) if enrolment else None


def latest_of_each(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Keeps of each course the enrolment that was begun last, in the order in which they came."""
    latest: dict[UUID, Enrolment] = {}
    rows = list(enrolments)
    for row in rows:
        if row.course_id not in latest or latest[row.course_id].started < row.started:
            latest[row.course_id] = row
    return [row for row in rows if latest[row.course_id] is row]


async def way_on(actor: Actor) -> str:
    """The page that goes on with the actor's learning: the course last looked at that has something left.

    Else the list, where there is a course that was not begun; "" where nothing is left.
    """
    enrolments = latest_of_each(await visible_to(actor).filter(person_id=actor.person_id).order_by("-seen"))
    for enrolment in enrolments:
        journey = await journey_of(enrolment)
        if journey.next:
            return f"/courses/{journey.outline.slug}/continue"
    begun = [enrolment.course_id for enrolment in enrolments]
    return "/courses" if await courses_visible_to(actor).exclude(id__in=begun).exists() else ""


def spot_on(journey: Journey, *, module: str, activity: str) -> Position:
    """The activity that an address names; NotAllowed while its module is not open yet."""
    chapter = journey.outline.chapter(module)
    part = chapter.part(activity)
    if needed := rules.needed_first(chapter.plan, journey.reached):
        first = journey.outline.chapter(needed[0]).title
        name = in_language(first, journey.enrolment.language)
        raise NotAllowed("This module is not open yet.", f"First do the module: {name}.", title="Not yet")
    return Position(journey, chapter, part)
