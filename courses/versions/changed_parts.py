"""What changed from one version of a course to a later one, part by part, and how much by what was said of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from courses.learning.newer_versions import is_unchanged
from courses.learning.outline import Chapter, Outline, OutlineActivity, outline_of
from courses.packages.models import Activity, CourseVersion
from courses.packages.schema import Package
from courses.versions.models import VersionChoice
from courses.versions.rules import CLASSES, in_top_up


@dataclass(frozen=True)
class ChangedPart:
    """A part of a version that is new, or not as it was; `classes` are of each change since."""

    chapter: Chapter
    part: OutlineActivity
    classes: frozenset[str]
    is_new: bool

    @property
    def in_top_up(self) -> bool:
        """Whoever has done the earlier version does this in a top-up."""
        return in_top_up(self.part.tailoring, self.classes)

    @property
    def edit_class(self) -> str:
        """The most that any change of it was."""
        return max(self.classes, key=CLASSES.index)


@dataclass(frozen=True)
class DraftedPart:
    """A core part of a draft that is new or changed: `key` is module/part."""

    key: str
    title: Mapping[str, str]
    is_new: bool


async def changed_parts(before_id: UUID, after_id: UUID) -> list[ChangedPart]:
    """Lists what is new or changed in a version for whoever knows an earlier one, in order, through all between."""
    steps = await _steps(before_id, after_id)
    chosen = await _classes([one.id for one in steps])
    known, classes = _parts(await outline_of(before_id)), dict[tuple[str, str], set[str]]()
    first = known
    for version in steps:
        fresh = _parts(await outline_of(version.id))
        for key, spot in fresh.items():
            if key not in known or not is_unchanged(known[key], spot):
                said = chosen.get(version.id, {}).get("/".join(key)) or version.edit_class
                classes.setdefault(key, set()).add(said)
        known = fresh
    return [
        ChangedPart(*known[key], frozenset(classes[key]), key not in first)
        for key in known
        if key in classes and not (key in first and is_unchanged(first[key], known[key]))
    ]


async def _steps(before_id: UUID, after_id: UUID) -> list[CourseVersion]:
    before, after = await CourseVersion.get(id=before_id), await CourseVersion.get(id=after_id)
    between = CourseVersion.filter(course_id=after.course_id, published__gt=before.published)
    return await between.filter(published__lte=after.published).order_by("published", "id")


async def _classes(versions: Iterable[UUID]) -> dict[UUID, Mapping[str, str]]:
    rows = await VersionChoice.filter(version_id__in=list(versions)).order_by("turn")
    return {row.version_id: row.classes for row in rows}


def _parts(outline: Outline) -> dict[tuple[str, str], tuple[Chapter, OutlineActivity]]:
    return {(chapter.slug, part.slug): (chapter, part) for chapter in outline.chapters for part in chapter.parts}


async def drafted_parts(before_id: UUID, package: Package) -> Sequence[DraftedPart]:
    """Lists the core parts of a package that are not as in the version before it."""
    rows = await Activity.filter(module__version_id=before_id).select_related("module")
    known = {(row.module.slug, row.slug): (row.kind, row.title, row.content) for row in rows}
    return [
        DraftedPart(f"{module.slug}/{one.slug}", one.title, (module.slug, one.slug) not in known)
        for module in package.modules
        for one in module.activities
        if one.tailoring == "core" and known.get((module.slug, one.slug)) != (one.kind, one.title, one.content)
    ]
