"""Going on in a newer version of a course: what was done and is unchanged counts there, the rest is left to do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from courses.learning.actions import complete, hold, tell
from courses.learning.journey import Journey, current_version, own_journey
from courses.learning.models import Enrolment, Progress, ScormAttempt
from courses.learning.outline import Chapter, Outline, Part, outline_of
from training.core.errors import Conflict, NotFound
from training.database.connection import transaction
from training.people.actor import Actor


@dataclass(frozen=True)
class NewerVersion:
    """The version that somebody could go on with; `counts` are its parts that are done already, by their earlier id.

    `lessons` are those that are unchanged, done or not: there she goes on where she left them.
    """

    outline: Outline
    counts: dict[UUID, UUID]
    lessons: dict[UUID, UUID]

    @property
    def left(self) -> int:
        """How many of its parts are left to do."""
        return sum(len(chapter.parts) for chapter in self.outline.chapters) - len(self.counts)


async def newer_version(journey: Journey, actor: Actor) -> NewerVersion | None:
    """Finds the version that was published after the one that somebody began; None where theirs is the newest."""
    version = await current_version(actor, journey.outline.slug)
    if version.id == journey.outline.version_id:
        return None
    fresh = await outline_of(version.id)
    earlier = {
        (chapter.slug, part.slug): (chapter, part) for chapter in journey.outline.chapters for part in chapter.parts
    }
    same = {
        before[1].id: part
        for chapter in fresh.chapters
        for part in chapter.parts
        if (before := earlier.get((chapter.slug, part.slug))) and _is_unchanged(before, (chapter, part))
    }
    return NewerVersion(
        fresh,
        counts={id: part.id for id, part in same.items() if id in journey.reached.done},
        lessons={id: part.id for id, part in same.items() if part.kind == "scorm"},
    )


def _is_unchanged(before: tuple[Chapter, Part], now: tuple[Chapter, Part]) -> bool:
    one, other = before[1], now[1]
    same = (one.kind, one.title, one.content) == (other.kind, other.title, other.content)
    return same and (one.kind != "quiz" or before[0].pass_percent(one) == now[0].pass_percent(other))


async def go_on_with_newer(actor: Actor, slug: str, *, now: datetime) -> Enrolment:
    """Begins the newest version with what counts there; the earlier one stays as it was left, with its days."""
    journey = await own_journey(actor, slug)
    if journey is None:
        raise NotFound("You have not begun this course.", "Open it from My courses and press Start.")
    newer = await newer_version(journey, actor)
    if newer is None:
        raise Conflict("You have the newest version already.", "Go on where you left.")
    before = journey.enrolment
    place = newer.counts.get(before.place_id) if before.place_id else None
    fresh = Enrolment(
        id=uuid4(), person_id=before.person_id, version_id=newer.outline.version_id, course_id=before.course_id,
        language=before.language, came_by=before.came_by, place_id=place, started=now, seen=now,
    )  # fmt: skip
    async with transaction():
        await hold(before.id, now)  # pressed twice, the second waits and finds the first
        if there := await Enrolment.get_or_none(person_id=actor.person_id, version_id=newer.outline.version_id):
            return there
        await fresh.save(force_create=True)
        rows = await Progress.filter(enrolment_id=before.id, activity_id__in=list(newer.counts))
        await Progress.bulk_create(
            [
                Progress(enrolment_id=fresh.id, activity_id=newer.counts[row.activity_id], opened=row.opened,
                         done=row.done)
                for row in rows
            ]
        )  # fmt: skip
        for attempt in await ScormAttempt.filter(enrolment_id=before.id, activity_id__in=list(newer.lessons)):
            attempt.update_from_dict(
                {"id": uuid4(), "enrolment_id": fresh.id, "activity_id": newer.lessons[attempt.activity_id]}
            )
            await attempt.save(force_create=True)
        detail = {"course": slug, "target": f"/courses/{slug}", "after": journey.outline.number}
        detail |= {"counts": str(len(newer.counts))}
        await tell("course.started", fresh, newer.outline, actor=actor, now=now, detail=detail)
        for chapter in newer.outline.chapters:
            happened = journey.completed.get(chapter.slug)
            await complete(fresh, newer.outline, chapter, actor=actor, now=now, happened=happened)
    return fresh
