"""What pages of a course say of its versions: what is new in one, what is asked of somebody, what was chosen."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from courses.learning.journey import Journey, reached_by
from courses.learning.models import Enrolment
from courses.learning.outline import in_language, outline_of
from courses.learning.words import KINDS
from courses.packages.models import CourseVersion
from courses.versions.actions import latest_before, own_top_up
from courses.versions.changed_parts import ChangedPart, changed_parts
from courses.versions.models import TopUp, VersionChoice, choice_of
from training.people.actor import Actor


@dataclass(frozen=True)
class VersionNews:
    """What the page of a course tells its reader of a newer version: what is asked of them, when they move, and why."""

    number: str
    because: str
    path: str
    due: date | None = None
    moves_on: date | None = None


def version_path(slug: str, number: str) -> str:
    """Gives the address of what is new in a version."""
    return f"/courses/{slug}/versions/{quote(number)}"


async def news_for(actor: Actor, slug: str, journey: Journey | None) -> VersionNews | None:
    """Finds what to tell somebody of the newest version of a course; None where it is the first, or they are not in."""
    newest = await CourseVersion.filter(course__slug=slug, course__unit_id=actor.unit_id).order_by("-published").first()
    choice = await choice_of(newest.id) if newest and journey else None
    if newest is None or journey is None or choice is None:
        return None
    asked, path = await own_top_up(actor, slug), version_path(slug, newest.number)
    in_middle = journey.outline.version_id != newest.id and "" not in journey.completed
    moves_on = choice.middle_on if in_middle and choice.middle_on and choice.middle_on > actor.today else None
    return VersionNews(newest.number, choice.because, path, asked.due if asked else None, moves_on)


def part_rows(parts: list[ChangedPart], slug: str, language: str) -> list[dict[str, Any]]:
    """Gives changed parts as a page lists them."""
    return [
        {
            "title": in_language(one.part.title, language), "module": in_language(one.chapter.title, language),
            "kind": KINDS[one.part.kind], "minutes": one.part.minutes, "is_new": one.is_new,
            "class": one.edit_class,
            "key": f"{one.chapter.slug}/{one.part.slug}", "core": one.part.tailoring == "core", "id": one.part.id,
            "path": f"/courses/{slug}/{one.chapter.slug}/{one.part.slug}",
        }
        for one in parts
    ]  # fmt: skip


async def parts_asked(asked: TopUp, slug: str, language: str) -> list[dict[str, Any]]:
    """Lists what somebody has to do in a top-up, and what of it is done; of a whole course nothing, as it is all."""
    before = await latest_before(asked)
    theirs = await Enrolment.get_or_none(person_id=asked.person_id, version_id=asked.version_id)
    if asked.whole:
        return []
    if before is None:
        earlier = Enrolment.filter(
            person_id=asked.person_id, course_id=asked.version.course_id, completions__module="",
            version__published__lt=asked.version.published,
        )  # fmt: skip
        before = await earlier.order_by("-started").first()
    if before is None:
        return []
    reached, _ = await reached_by(theirs.id) if theirs else (None, None)
    parts = [one for one in await changed_parts(before.version_id, asked.version_id) if one.in_top_up]
    return [row | {"done": bool(reached and row["id"] in reached.done)} for row in part_rows(parts, slug, language)]


async def new_in(version: CourseVersion, slug: str, language: str) -> list[dict[str, Any]]:
    """Lists what is new in a version beside the one that was published before it."""
    before = CourseVersion.filter(course_id=version.course_id, published__lt=version.published)
    last = await before.order_by("-published").first()
    return part_rows(await changed_parts(last.id, version.id), slug, language) if last else []


async def title_of(version: CourseVersion, language: str) -> str:
    """Names the course of a version."""
    return str(in_language((await outline_of(version.id)).title, language))


async def choices_of(version: CourseVersion) -> list[VersionChoice]:
    """Lists what was chosen for a version, the last first."""
    return await VersionChoice.filter(version_id=version.id).order_by("-turn")
