"""What teachers of an LMS course see of their learners: the title of an activity, and how far each is with it."""

from collections.abc import Mapping
from uuid import UUID

from tortoise.expressions import Subquery

from courses.learning.models import Completion, Enrolment
from courses.learning.outline import in_language
from courses.packages.models import Course, CourseVersion, Module

ELSEWHERE = "Your programme"


async def progress(people: Subquery, path: str, unit_id: UUID) -> tuple[str, Mapping[UUID, str]]:
    """Gives the title of the course or module that a path opens, and how far each of the people is with it."""
    parts = path.strip("/").split("/")
    if len(parts) < 2 or parts[0] != "courses":
        return ELSEWHERE, {}
    courses = Course.filter(slug=parts[1], unit_id=unit_id)
    begun = await Enrolment.filter(person_id__in=people, course__slug=parts[1]).values("id", "person_id", "version_id")
    done = await Completion.filter(enrolment__person_id__in=people, version__course__slug=parts[1]).values(
        "enrolment_id", "module"
    )
    newest = await CourseVersion.filter(course_id__in=Subquery(courses.values("id"))).order_by("-published").first()
    if newest is None:
        return ELSEWHERE, {}
    modules = await Module.filter(version_id=newest.id).order_by("place").values("slug", "title")
    named = {row["slug"]: in_language(row["title"], newest.languages[0]) for row in modules}
    title = named.get(parts[2], "") if len(parts) > 2 else in_language(newest.title, newest.languages[0])
    reached: dict[UUID, set[str]] = {row["person_id"]: set() for row in begun}
    owner = {row["id"]: row["person_id"] for row in begun}
    for row in done:
        if row["enrolment_id"] in owner:
            reached[owner[row["enrolment_id"]]].add(row["module"])
    wanted = parts[2] if len(parts) > 2 else ""
    return title or ELSEWHERE, {person: _words(found, wanted, len(named)) for person, found in reached.items()}


def _words(found: set[str], wanted: str, modules: int) -> str:
    if wanted in found:
        return "Done"
    return "In progress" if wanted else f"In progress: {len(found - {''})} of {modules} modules done"
