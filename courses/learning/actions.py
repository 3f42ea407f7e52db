"""What learners do in a course: start it, open and read pages, hand in tasks; and what completes by it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from tortoise.models import Model

from courses.learning import rules
from courses.learning.journey import Position, current_version, own_enrolment, reached_by
from courses.learning.models import Completion, Enrolment, Progress, TaskEntry
from courses.learning.outline import Chapter, Outline, outline_of
from training.core.errors import Invalid, NotAllowed
from training.core.handed_files import ENTRIES, HandedFile, wrong_with
from training.database.connection import transaction
from training.database.kept_files import kept
from training.people.actor import Actor
from training.trail import facts

MOST_NOTE = 20_000


async def enrol(actor: Actor, slug: str, *, now: datetime, language: str = "") -> Enrolment:
    """Starts the course in its current version; whoever started it before keeps the version they started."""
    if not actor.may("learn"):
        raise NotAllowed("You have no role in which one takes courses.", "Ask the central unit for one.")
    if found := await own_enrolment(actor, slug):
        return found
    version = await current_version(actor, slug)
    fresh = Enrolment(
        id=uuid4(),
        person_id=actor.person_id,
        version=version,
        course_id=version.course_id,
        language=language if language in version.languages else actor.language,
        came_by=actor.lti.place if actor.lti else "",
        started=now,
        seen=now,
    )
    async with transaction():
        await Enrolment.bulk_create([fresh], ignore_conflicts=True)
        enrolment = await Enrolment.get(person_id=actor.person_id, version=version)
        # Two starts at once leave one enrolment; only the one that made it tells of it.
        if enrolment.id == fresh.id:
            outline = await outline_of(version.id)
            detail = {"course": slug, "target": f"/courses/{slug}"}
            await tell("course.started", enrolment, outline, actor=actor, now=now, detail=detail)
    return enrolment


async def choose_language(enrolment: Enrolment, language: str) -> None:
    """Keeps the language that somebody switched to, so that every page of the course is in it."""
    if language != enrolment.language:
        await Enrolment.filter(id=enrolment.id).update(language=language)


async def open_activity(spot: Position, *, actor: Actor, now: datetime, language: str = "") -> None:
    """Saves that the person is here, in this language, so that Continue leads back to the exact place."""
    check_own(spot, actor)
    enrolment = spot.journey.enrolment
    language = language if language in spot.journey.outline.languages else enrolment.language
    if (enrolment.place_id, enrolment.language) != (spot.part.id, language):
        await Enrolment.filter(id=enrolment.id).update(place_id=spot.part.id, language=language, seen=now)
    if spot.part.id not in spot.journey.reached.opened:
        await _opened(spot, now)


async def mark_read(spot: Position, *, actor: Actor, now: datetime) -> None:
    """Marks a page or video as done, and completes what is complete by it."""
    check_own(spot, actor)
    if spot.part.kind not in ("page", "video"):
        raise Invalid("This is not a page to read.", "Do the quiz or the task instead.")
    async with transaction():
        await hold(spot.journey.enrolment.id, now)
        await set_done(spot, actor=actor, now=now)


async def hand_in_task(
    spot: Position, *, note: str, actor: Actor, now: datetime, storage: Path, file: HandedFile | None = None
) -> TaskEntry:
    """Hands in a note, with a file where the task takes one; an earlier entry stays beside it."""
    check_own(spot, actor)
    note = note.strip()
    _check_entry(spot, note, file)
    async with kept(file, storage, ENTRIES) as stored, transaction():
        enrolment, outline = spot.journey.enrolment, spot.journey.outline
        await hold(enrolment.id, now)
        entry = await TaskEntry.create(
            enrolment_id=enrolment.id,
            activity_id=spot.part.id,
            note=note,
            file_name=file.shown_name if file else "",
            stored=stored,
            sha256=file.sha256 if file else "",
            handed_in=now,
        )
        detail = {**places(spot), "entry": str(entry.id), "sha256": entry.sha256}
        await tell("task.handed_in", enrolment, outline, actor=actor, now=now, detail=detail, rows=[entry])
        await set_done(spot, actor=actor, now=now)
        return entry


def _check_entry(spot: Position, note: str, file: HandedFile | None) -> None:
    takes_file = any(content.get("hand_in") == "file" for content in spot.part.content.values())
    problems: dict[str, str] = {}
    if spot.part.kind != "task":
        problems["form"] = "This is not a task"
    elif not note and not (takes_file and file):
        problems["note"] = "Write a few words about what you did"
    elif len(note) > MOST_NOTE:
        problems["note"] = f"Shorten your note to {MOST_NOTE:,} letters or fewer"
    if file and not takes_file:
        problems["file"] = "This task takes words only. Leave the file out"
    elif file and (wrong := wrong_with(file)):
        problems["file"] = wrong
    if problems:
        raise Invalid("There is a problem", problems=problems)


async def hold(enrolment_id: UUID, now: datetime) -> None:
    """Takes the enrolment's row first in a transaction, so that writes on one enrolment come one after the other."""
    await Enrolment.filter(id=enrolment_id).update(seen=now)


async def set_done(spot: Position, *, actor: Actor, now: datetime) -> None:
    """Marks the activity as done once, then completes the module and the course if that was the last of it."""
    await _opened(spot, now)
    own = Progress.filter(enrolment_id=spot.journey.enrolment.id, activity_id=spot.part.id, done__isnull=True)
    if await own.update(done=now):
        await complete(spot.journey.enrolment, spot.journey.outline, spot.chapter, actor=actor, now=now)


async def _opened(spot: Position, now: datetime) -> None:
    row = Progress(enrolment_id=spot.journey.enrolment.id, activity_id=spot.part.id, opened=now)
    await Progress.bulk_create([row], ignore_conflicts=True)


async def complete(
    enrolment: Enrolment,
    outline: Outline,
    chapter: Chapter,
    *,
    actor: Actor | None,
    now: datetime,
    happened: datetime | None = None,
) -> None:
    """Completes a module that has nothing left, and the course by it; `happened` is when, where it was earlier."""
    reached, completed = await reached_by(enrolment.id)
    if chapter.slug in completed or not rules.left_to_do(chapter.plan, reached).nothing:
        return
    made = await _completed(enrolment, chapter.slug, now, happened or now)
    done = {*completed, chapter.slug}
    target = f"/courses/{outline.slug}"
    detail = {
        "course": outline.slug,
        "module": chapter.slug,
        "target": f"{target}/{chapter.slug}",
        "course_target": target,
        "given": sum(plan.slug in done for plan in outline.course.plans),
        "maximum": len(outline.chapters),
    }
    await tell("module.completed", enrolment, outline, actor=actor, now=now, detail=detail, rows=[made])
    if rules.course_done(outline.course, done):
        made = await _completed(enrolment, "", now, max([happened or now, *completed.values()]))
        detail = {"course": outline.slug, "target": target, "learning": outline.learning}
        detail |= {"given": len(outline.chapters), "maximum": len(outline.chapters)}
        await tell("course.completed", enrolment, outline, actor=actor, now=now, detail=detail, rows=[made])


async def _completed(enrolment: Enrolment, module: str, now: datetime, happened: datetime) -> Completion:
    return await Completion.create(
        enrolment=enrolment,
        person_id=enrolment.person_id,
        version_id=enrolment.version_id,
        module=module,
        happened=happened,
        recorded=now,
    )


async def tell(
    kind: str,
    enrolment: Enrolment,
    outline: Outline,
    *,
    actor: Actor | None,
    now: datetime,
    detail: Mapping[str, object],
    rows: Iterable[Model] = (),
) -> None:
    """Records a fact about an enrolment and what belongs to it."""
    await facts.record(
        kind,
        enrolment,
        actor=actor.person_id if actor else None,
        now=now,
        person=enrolment.person_id,
        unit=outline.unit_id,
        version=outline.number,
        detail=detail,
        rows=rows,
    )


def places(spot: Position) -> dict[str, object]:
    """Names the activity in a fact: course, module, activity and the address an LMS link may have as target."""
    outline = spot.journey.outline
    return {
        "course": outline.slug,
        "module": spot.chapter.slug,
        "activity": spot.part.slug,
        "target": spot.path,
    }


def check_own(spot: Position, actor: Actor) -> None:
    """Refuses to act in somebody else's course."""
    if spot.journey.enrolment.person_id != actor.person_id:
        raise NotAllowed("This is somebody else's course.", "Open your own from My courses.")
