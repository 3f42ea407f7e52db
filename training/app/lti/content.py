"""What teachers may place into the courses of their LMS: courses, modules, what gives a score, certificates."""

from collections.abc import Iterator

from courses.packages.models import Activity, CourseVersion, Module
from training.lti.launch.deep_linking import Offer
from training.parsing.plurals import many
from training.people.actor import Actor

SCORED = {"quiz": "Quiz", "scorm": "Lesson"}
"""Kinds of activities that give a score of their own, with what they are called."""
ALWAYS = (
    Offer("/assessments", "My assessments", "Certification", "What was observed, and how it was rated.", 1),
    Offer("/pathways", "My way to the certificate", "Certification", "What is done, what is left and why.", 1),
    Offer("/certificates", "My certificates", "Certification", "See, print and share them.", 1),
    Offer("/practice", "My practice", "Practice", "Groups led and supervision had."),
)


async def offers(actor: Actor) -> list[Offer]:
    """Lists what can be placed, grouped by kind, from the newest version of each course of the actor's unit."""
    versions = await CourseVersion.filter(course__unit_id=actor.unit_id).order_by("published").select_related("course")
    newest = {version.course_id: version for version in versions}
    found: list[Offer] = []
    for version in newest.values():
        modules = await Module.filter(version_id=version.id).order_by("place")
        quizzes = await Activity.filter(module__version_id=version.id, kind__in=list(SCORED)).order_by("place")
        found += _of_course(version, modules, quizzes, actor.language)
    kinds = ("Course", "Module", *SCORED.values())
    return [*sorted(found, key=lambda offer: kinds.index(offer.kind)), *ALWAYS]


def _of_course(
    version: CourseVersion, modules: list[Module], quizzes: list[Activity], language: str
) -> Iterator[Offer]:
    path = f"/courses/{version.course.slug}"
    yield Offer(path, _in(version.title, language), "Course", _in(version.summary, language), 100)
    for module in modules:
        title = _in(module.title, language)
        yield Offer(f"{path}/{module.slug}", title, "Module", f"{many(module.minutes, 'minute')}.", 1)
        for quiz in [one for one in quizzes if one.module_id == module.id]:
            # A quiz has its own title, with its module where several are called the same.
            own = _in(quiz.title, language)
            alone = sum(_in(one.title, language) == own for one in quizzes) == 1
            yield Offer(
                f"{path}/{module.slug}/{quiz.slug}",
                own if alone else f"{own}: {title}",
                SCORED[quiz.kind],
                f"{many(quiz.minutes, 'minute')}.",
                100,
            )


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
