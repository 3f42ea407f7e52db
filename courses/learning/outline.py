"""A course version as it is walked through: its modules and activities in order, read once and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from courses.learning import rules
from courses.learning.marking import Question, questions_from
from courses.packages.markdown import clean
from courses.packages.models import Activity, CourseVersion, Module
from training.core.errors import NotFound

_KEPT: dict[UUID, "Outline"] = {}  # versions never change, so what was read stays true
_MOST_KEPT = 100


def in_language(words: Mapping[str, Any], language: str) -> Any:
    """What stands there in the language, or else in the first language it has."""
    return words[language] if language in words else next(iter(words.values()), "")


@dataclass(frozen=True)
class OutlineActivity:
    """An activity of a module, with its content in each language."""

    id: UUID
    slug: str
    kind: str
    title: dict[str, str]
    tailoring: str
    minutes: int
    content: dict[str, dict[str, Any]]

    def questions(self, language: str) -> tuple[Question, ...]:
        """The questions of this quiz, in the language where it has it."""
        return questions_from(in_language(self.content, language))

    @property
    def tries(self) -> int | None:
        """How often this quiz may be handed in; None means as often as wanted."""
        tries: int | None = next(iter(self.content.values())).get("tries")
        return tries


@dataclass(frozen=True)
class Chapter:
    """A module of a version, with its parts and the plan that the rules read."""

    slug: str
    title: dict[str, str]
    tailoring: str
    minutes: int
    languages: tuple[str, ...]
    competencies: tuple[str, ...]
    parts: tuple[OutlineActivity, ...]
    plan: rules.ModulePlan

    def part(self, slug: str) -> OutlineActivity:
        """The activity of this name; `quiz` also finds the module's only quiz by another name."""
        for part in self.parts:
            if part.slug == slug:
                return part
        quizzes = [part for part in self.parts if part.kind == "quiz"]
        if slug == "quiz" and quizzes:
            return quizzes[0]
        raise NotFound("This module has no such page.", "Go to the course page and choose one from its list.")

    def pass_percent(self, part: OutlineActivity) -> int:
        """The percentage that passes this quiz; 0 when handing it in is enough."""
        return self.plan.quiz_pass or next(iter(part.content.values())).get("pass") or 0


@dataclass(frozen=True)
class Outline:
    """A whole version in order."""

    version_id: UUID
    course_id: UUID
    unit_id: UUID
    slug: str
    number: str
    title: dict[str, str]
    summary: dict[str, str]
    languages: tuple[str, ...]
    learning: str
    competencies: dict[str, dict[str, str]]
    minutes: int
    chapters: tuple[Chapter, ...]

    @property
    def course(self) -> rules.CoursePlan:
        """The course as the rules see it."""
        return rules.CoursePlan(tuple(chapter.plan for chapter in self.chapters))

    def chapter(self, slug: str) -> Chapter:
        """The module of this name."""
        for chapter in self.chapters:
            if chapter.slug == slug:
                return chapter
        raise NotFound("This course has no such module.", "Go to the course page and choose one from its list.")

    def where(self, activity_id: UUID | None) -> rules.Here | None:
        """The place of an activity by its id."""
        for chapter in self.chapters:
            for part in chapter.parts:
                if part.id == activity_id:
                    return rules.Here(chapter.slug, part.slug)
        return None


async def outline_of(version_id: UUID) -> Outline:
    """The outline of a version, from memory when it was read before."""
    if version_id not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        version = await CourseVersion.get(id=version_id).select_related("course")
        modules = await Module.filter(version_id=version_id).order_by("place")
        activities = await Activity.filter(module__version_id=version_id).order_by("place")
        _KEPT[version_id] = Outline(
            version_id=version.id,
            course_id=version.course.id,
            unit_id=version.course.unit_id,
            slug=version.course.slug,
            number=version.number,
            title=version.title,
            summary=version.summary,
            languages=tuple(version.languages),
            learning=version.learning,
            competencies=version.competencies,
            minutes=version.minutes,
            chapters=tuple(
                _chapter(module, [one for one in activities if one.module_id == module.id]) for module in modules
            ),
        )
    return _KEPT[version_id]


def _chapter(module: Module, activities: list[Activity]) -> Chapter:
    parts = tuple(
        OutlineActivity(
            id=one.id,
            slug=one.slug,
            kind=one.kind,
            title=one.title,
            tailoring=one.tailoring,
            minutes=one.minutes,
            content=_in_order(one.content, module.languages),
        )
        for one in activities
    )
    steps = [rules.Step(part.id, part.slug, rules.Kind(part.kind)) for part in parts]
    return Chapter(
        slug=module.slug,
        title=module.title,
        tailoring=module.tailoring,
        minutes=module.minutes,
        languages=tuple(module.languages),
        competencies=tuple(module.competencies),
        parts=parts,
        plan=rules.plan_from(module.slug, steps, needs=module.needs, complete=module.complete),
    )


def _in_order(content: dict[str, Any], languages: list[str]) -> dict[str, Any]:
    # A database may give the keys of JSON back in an order of its own; the first language must stay first.
    return {language: _safe(content[language]) for language in languages if language in content}


def _safe(content: dict[str, Any]) -> dict[str, Any]:
    return content | {"html": clean(content["html"])} if "html" in content else content
