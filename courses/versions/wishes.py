"""What is chosen on the page that publishes a course, or later on that of its version: read from a form, and shown."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from courses.learning.outline import in_language
from courses.packages.models import Course, CourseVersion
from courses.packages.package import read_contents
from courses.versions.actions import choose
from courses.versions.changed_parts import drafted_parts
from courses.versions.groups import sizes
from courses.versions.models import VersionChoice
from courses.versions.rules import CLASSES, DONE, LATE, MIDDLE, Wish, problems_of
from training.core.errors import Invalid
from training.drafts.kinds import Files, Keep, Part
from training.drafts.models import MaterialDraft
from training.parsing.csv import day as read_day
from training.people.actor import Actor

CLASS = "class "
"""Before the name of a part in the name of its field."""
MOST_LETTERS = 2000
PLAIN = {"middle": "stay", "done": "none", "late": "list"}
"""What is chosen where nobody chooses: nothing becomes of anybody."""


def read_wish(values: Mapping[str, Any], today: date) -> Wish:
    """Reads what was chosen in a form; raises Invalid with what is wrong."""
    said = {key: str(values.get(key, "") or otherwise) for key, otherwise in PLAIN.items()}
    classes = {key.removeprefix(CLASS): str(value) for key, value in values.items() if key.startswith(CLASS)}
    wish = Wish(
        **said,
        middle_on=read_day(str(values.get("middle_on", ""))),
        done_by=read_day(str(values.get("done_by", ""))),
        because=str(values.get("because", "")).strip()[:MOST_LETTERS],
        classes={key: one for key, one in classes.items() if one in CLASSES},
    )
    if problems := problems_of(wish, today):
        raise Invalid("There is a problem", problems=problems)
    return wish


def choice_fields(choice: VersionChoice | None = None) -> dict[str, Any]:
    """Gives what the fields of the form offer, and what they say at first."""
    said: dict[str, Any] = dict(PLAIN)
    if choice:
        said = {
            "middle": choice.middle, "done": choice.done, "late": choice.late, "because": choice.because,
            "middle_on": choice.middle_on.isoformat() if choice.middle_on else "",
            "done_by": choice.done_by.isoformat() if choice.done_by else "",
        }  # fmt: skip
        said |= {f"{CLASS}{key}": one for key, one in choice.classes.items()}
    offered = {
        name: [(key, title, hint) for key, (title, hint) in words.items()]
        for name, words in (("middle", MIDDLE), ("done", DONE), ("late", LATE))
    }
    return {"defaults": said, "offered": offered, "classes": [(key, key.capitalize()) for key in ("", *CLASSES)]}


async def on_publishing(draft: MaterialDraft, files: Files, me: Actor) -> Part:
    """Counts who is in the middle of the course and who has done it, and asks what becomes of them."""
    course, newest = await _newest(draft)
    if course is None or newest is None:
        return {}
    package, _ = await asyncio.to_thread(read_contents, files)
    return {
        "template": "versions/on_publishing.html",
        "form": "versions/choice_fields.html",
        "groups": await sizes(course.id, course.programme_id),
        "learners": f"/courses/{course.slug}/learners",
        "parts": [
            {"name": f"{CLASS}{one.key}", "title": in_language(one.title, me.language), "is_new": one.is_new}
            for one in (await drafted_parts(newest.id, package) if package else ())
        ],
        **choice_fields(),
    }


async def on_published(draft: MaterialDraft, values: Mapping[str, Any], me: Actor) -> Keep:
    """Reads what was chosen; gives what keeps it with the version once that is published."""
    wish = read_wish(values, me.today)
    _, before = await _newest(draft)

    async def keep(number: str, now: datetime) -> None:
        version = await CourseVersion.get(course__unit_id=draft.unit_id, course__slug=draft.name, number=number)
        if before and before.id != version.id:
            await choose(version, wish, actor=me, now=now)

    return keep


async def _newest(draft: MaterialDraft) -> tuple[Course | None, CourseVersion | None]:
    course = await Course.get_or_none(unit_id=draft.unit_id, slug=draft.name)
    return course, await CourseVersion.filter(course=course).order_by("-published").first() if course else None
