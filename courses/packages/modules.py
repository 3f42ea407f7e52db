"""Reads a module of a package: its entry in course.yaml, its module.yaml and its activities."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import Any

from courses.packages.located import Located, read
from courses.packages.pages_of_text import in_language, read_page, read_task
from courses.packages.quizzes import check_translation, read_quiz
from courses.packages.schema import KINDS, TAILORING, ActivityPart, ModulePart, Reading
from courses.packages.scorm.lessons import read_lesson
from courses.packages.videos import read_video

_ENTRY = ("module", "title", "tailoring", "minutes", "needs", "languages", "competencies", "complete")
SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_TAKEN = ("learners", "start", "continue", "newer")  # words that stand where a module's name stands in an address
_ENDING = {"page": ".md", "task": ".md", "quiz": ".yaml", "video": ".yaml", "scorm": ".zip"}


def read_module(
    reading: Reading, entry: Located, *, languages: list[str], competencies: Collection[str], earlier: Collection[str]
) -> ModulePart | None:
    """A module as written; None when it cannot be read at all."""
    if not entry.keys(_ENTRY, needed=("module", "title", "minutes", "complete")):
        return None
    slug = entry.text("module")
    if not SLUG.fullmatch(slug) or slug in _TAKEN:
        entry.wrong(f"{slug or 'this'} cannot be the name of a module", "use small letters, digits and `-`")
    if slug in earlier:
        entry.wrong(f"the module {slug} is there twice", "give each its own name")
    own = _own_languages(entry, languages)
    _check_known(entry, "needs", earlier, "is no earlier module")
    _check_known(entry, "competencies", competencies, "is no competency of this course")
    activities = _activities(reading, slug, own, entry)
    return ModulePart(
        slug=slug,
        title=entry.translated("title", languages),
        tailoring=entry.word("tailoring", TAILORING, "core"),
        minutes=entry.number("minutes", high=10_000),
        needs=entry.words("needs"),
        languages=own,
        competencies=entry.words("competencies"),
        complete=_complete(entry, activities),
        activities=activities,
    )


def _own_languages(entry: Located, languages: list[str]) -> list[str]:
    own = entry.words("languages") or languages[:1]
    where = entry.get("languages") or entry
    for language in own:
        if language not in languages:
            where.wrong(f"{language} is not a language of this course", "add it to `languages` at the top")
    if languages[0] not in own:
        where.wrong(f"the module is not in {languages[0]}, the first language", f"add {languages[0]}")
    # The first language comes first: the others are checked against it.
    return [language for language in languages if language in own] or languages[:1]


def _check_known(entry: Located, key: str, known: Collection[str], what: str) -> None:
    for word in entry.words(key):
        if word not in known:
            mend = f"write one of: {', '.join(known)}" if known else "remove it"
            (entry.get(key) or entry).wrong(f"{word} {what}", mend)


def _complete(entry: Located, activities: tuple[ActivityPart, ...]) -> dict[str, Any]:
    rule = entry.get("complete")
    if rule is None or not rule.keys(("pages", "quiz", "task")):
        return {}
    complete: dict[str, Any] = {}
    kinds = {activity.kind for activity in activities}
    if rule.word("pages", ("all",)):
        complete["pages"] = "all"
    if rule.word("task", ("done",)):
        complete["task"] = "done"
    quiz = rule.get("quiz")
    if quiz is not None and quiz.keys(("pass",), needed=("pass",)):
        complete["quiz"] = {"pass": quiz.number("pass", 100, low=1, high=100)}
    checked = (("pages", {"page", "video", "scorm"}), ("quiz", {"quiz"}), ("task", {"task"})) if activities else ()
    for key, wanted in checked:
        if key in complete and not kinds & wanted:
            what = f"the module has no {key.rstrip('s')} to complete"
            (rule.get(key) or rule).wrong(what, "add one or remove the rule")
    if not complete:
        rule.wrong("the module is complete at once", "ask for pages, quiz or task")
    asked = complete.get("quiz", {}).get("pass")
    for activity in activities:
        own = next(iter(activity.content.values()), {}).get("pass") if activity.kind == "quiz" else None
        if asked and own and asked != own:
            what = f"the quiz {activity.slug} passes at {own}, the module asks for {asked}"
            (rule.get("quiz") or rule).wrong(what, "write the same number in both, or in one only")
    return complete


def _activities(reading: Reading, slug: str, languages: list[str], entry: Located) -> tuple[ActivityPart, ...]:
    name = f"{slug}/module.yaml"
    if not reading.has(name):
        entry.wrong(f"there is no {name}", f"make the folder {slug} with a module.yaml that lists `activities`")
        return ()
    module = read(reading.text(name), file=reading.files.where(name), mistakes=reading.mistakes)
    if module is None or not module.keys(("activities",), needed=("activities",)):
        return ()
    activities: list[ActivityPart] = []
    for item in module.items("activities"):  # names before texts: a page may link to one that stands further down
        for kind in KINDS:
            if item.get(kind) and item.text("id"):
                reading.slugs[f"{slug}/{PurePosixPath(item.text(kind)).name.split('.', 1)[0]}"] = item.text("id")
    for item in module.items("activities"):
        activity = _activity(reading, slug, languages, item)
        if activity and activity.slug in {one.slug for one in activities}:
            item.wrong(f"the activity {activity.slug} is there twice", "give one of them an `id` of its own")
        elif activity:
            activities.append(activity)
    if module.get("activities") and not module.items("activities"):
        module.wrong("the module has no activities", "list at least one page")
    return tuple(activities)


def _activity(reading: Reading, folder: str, languages: list[str], item: Located) -> ActivityPart | None:
    kinds = [kind for kind in KINDS if item.get(kind)]
    if not item.keys((*KINDS, "id", "tailoring", "minutes", *["title"] * (kinds == ["scorm"]))):
        return None
    if len(kinds) != 1:
        what = "an activity is one page, video, quiz, task or scorm"
        item.wrong(what, "write one of them, such as `- {page: 01-x.md}`")
        return None
    kind = kinds[0]
    name = file_of(folder, kind, item.text(kind))
    if not reading.has(name):
        item.wrong(f"there is no {name}", "check the name, or add the file")
        return None
    content = (
        read_lesson(reading, name, item, languages)
        if kind == "scorm"
        else _contents(reading, kind, name, languages)
    )  # fmt: skip
    minutes = [part.pop("minutes", 0) for part in content.values()]
    slug = item.text("id") or PurePosixPath(name).name.split(".", 1)[0]
    if not SLUG.fullmatch(slug):
        item.wrong(f"{slug} cannot be the name of an activity", "use small letters, digits and `-`, or give an `id`")
    title = {language: str(part["title"]) for language, part in content.items()}
    return ActivityPart(
        slug=slug,
        kind=kind,
        title=title,
        tailoring=item.word("tailoring", TAILORING, "core"),
        minutes=item.number("minutes", next(iter(minutes), 0), high=10_000),
        content=content,
    )


def file_of(folder: str, kind: str, said: str) -> str:
    """Gives the file of an activity as its module says it; the ending may be left out."""
    return f"{folder}/{said if said.endswith(_ENDING[kind]) else said + _ENDING[kind]}"


def _contents(reading: Reading, kind: str, name: str, languages: list[str]) -> dict[str, dict[str, Any]]:
    contents: dict[str, dict[str, Any]] = {}
    for language in languages:
        file = in_language(name, language, languages[0])
        if not reading.has(file):
            reading.wrong(name, 1, f"its translation {file} is missing", f"add it, or take {language} off the module")
            continue
        first = contents.get(languages[0])
        content = _content(reading, kind, file, language, first)
        if content is not None:
            contents[language] = content
            if kind == "quiz" and first is not None:
                check_translation(reading, file, first=first, other=content)
    return contents


def _content(
    reading: Reading, kind: str, file: str, language: str, first: dict[str, Any] | None
) -> dict[str, Any] | None:
    if kind == "page":
        return read_page(reading, file)
    if kind == "task":
        return read_task(reading, file)
    if kind == "quiz":
        return read_quiz(reading, file, language)
    return read_video(reading, file, first)
