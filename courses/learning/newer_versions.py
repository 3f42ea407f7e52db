"""Going on in a newer version of a course: what was done and is unchanged counts there, the rest is left to do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from courses.learning.actions import complete, hold, tell
from courses.learning.journey import Journey, current_version, own_journey
from courses.learning.models import Enrolment, Progress, QuizAttempt, ScormAttempt
from courses.learning.outline import Chapter, Outline, OutlineActivity, outline_of
from training.core.errors import Conflict, NotFound
from training.database.connection import transaction
from training.people.actor import Actor


@dataclass(frozen=True)
class NewerVersion:
    """The version that somebody could go on with.

    `same` are its unchanged parts, by their earlier id; `counts` those of them that are done already. `as_done` are
    parts that are not asked of this person, though they are new or changed: they are taken as done on the day on which
    the course was.
    """

    outline: Outline
    counts: Mapping[UUID, UUID]
    same: Mapping[UUID, UUID]
    as_done: Collection[UUID] = field(default=())

    @property
    def left(self) -> int:
        """How many of its parts are left to do."""
        parts = sum(len(chapter.parts) for chapter in self.outline.chapters)
        return parts - len({*self.counts.values(), *self.as_done})


async def newer_version(journey: Journey, actor: Actor) -> NewerVersion | None:
    """Finds the version that was published after the one that somebody began; None where theirs is the newest."""
    version = await current_version(actor, journey.outline.slug)
    return None if version.id == journey.outline.version_id else await version_after(journey, version.id)


async def version_after(journey: Journey, version_id: UUID) -> NewerVersion:
    """Tells what of a version somebody has done in an earlier one."""
    fresh = await outline_of(version_id)
    known = {
        (chapter.slug, part.slug): (chapter, part) for chapter in journey.outline.chapters for part in chapter.parts
    }
    same = {}
    for chapter in fresh.chapters:
        for part in chapter.parts:
            before = known.get((chapter.slug, part.slug))
            if before and is_unchanged(before, (chapter, part)):
                same[before[1].id] = part.id
    return NewerVersion(fresh, {old: new for old, new in same.items() if old in journey.reached.done}, same)


def is_unchanged(before: tuple[Chapter, OutlineActivity], now: tuple[Chapter, OutlineActivity]) -> bool:
    """Tells whether a part of two versions is the same, and passed by as much."""
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
    return await go_on(journey, newer, actor=actor, now=now)


async def go_on(journey: Journey, newer: NewerVersion, *, actor: Actor | None, now: datetime) -> Enrolment:
    """Begins a version for whoever is in an earlier one, or finds that it is begun; without an actor they are moved.

    A quiz that lies open goes along where it is unchanged, with its answers, and so does where a lesson was left.
    """
    before = journey.enrolment
    place = newer.same.get(before.place_id) if before.place_id else None
    fresh = Enrolment(
        id=uuid4(), person_id=before.person_id, version_id=newer.outline.version_id, course_id=before.course_id,
        language=before.language, came_by=before.came_by, place_id=place, started=now,
        seen=now if actor else before.seen,
    )  # fmt: skip
    async with transaction():
        await hold(before.id, before.seen)  # pressed twice, the second waits and finds the first
        if there := await Enrolment.get_or_none(person_id=before.person_id, version_id=newer.outline.version_id):
            return there
        await fresh.save(force_create=True)
        await _take_along(journey, newer, fresh)
        detail = {"course": journey.outline.slug, "target": f"/courses/{journey.outline.slug}"}
        detail |= {"after": journey.outline.number, "counts": str(len(newer.counts))}
        kind = "course.started" if actor else "course.moved"
        await tell(kind, fresh, newer.outline, actor=actor, now=now, detail=detail)
        for chapter in newer.outline.chapters:
            happened = journey.completed.get(chapter.slug) or (journey.completed.get("") if newer.as_done else None)
            await complete(fresh, newer.outline, chapter, actor=actor, now=now, happened=happened)
    return fresh


async def _take_along(journey: Journey, newer: NewerVersion, fresh: Enrolment) -> None:
    """Writes what is done in the version that is begun, and moves the quizzes that lie open."""
    before, finished = journey.enrolment, journey.completed.get("")
    rows = await Progress.filter(enrolment_id=before.id, activity_id__in=list(newer.counts))
    along = [
        Progress(enrolment_id=fresh.id, activity_id=newer.counts[row.activity_id], opened=row.opened, done=row.done)
        for row in rows
    ]
    others = set(newer.as_done) - set(newer.counts.values())
    along += [Progress(enrolment_id=fresh.id, activity_id=one, opened=finished, done=finished) for one in others]
    await Progress.bulk_create(along)
    for attempt in await QuizAttempt.filter(enrolment_id=before.id, state="open", activity_id__in=list(newer.same)):
        lies = QuizAttempt.filter(id=attempt.id, state="open")
        await lies.update(enrolment_id=fresh.id, activity_id=newer.same[attempt.activity_id])
    lessons = await ScormAttempt.filter(enrolment_id=before.id, activity_id__in=list(newer.same))
    for lesson in lessons:
        lesson.id, lesson.enrolment_id, lesson.activity_id = uuid4(), fresh.id, newer.same[lesson.activity_id]
    await ScormAttempt.bulk_create(lessons)
