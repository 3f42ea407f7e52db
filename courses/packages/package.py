"""Reads and checks a whole course package; every mistake is noted, none stops the reading."""

import re
from collections.abc import Mapping
from pathlib import Path

from courses.packages.files import Files, open_package
from courses.packages.located import Located, read
from courses.packages.mistakes import Mistakes
from courses.packages.modules import SLUG, read_module
from courses.packages.schema import EDIT_CLASSES, ModulePart, Package, Reading

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_COURSE = (
    "course", "title", "version", "edit_class", "languages", "programme", "learning", "summary", "competencies",
    "modules",
)  # fmt: skip
_NEEDED = ("course", "title", "version", "edit_class", "languages", "learning", "modules")
_TAKEN = (
    "media",
    "entries",
    "learners",
    "of",
    "top-ups",
)  # words that stand where a course's name stands in an address


def read_package(path: Path) -> tuple[Package | None, Mistakes]:
    """Reads a folder or zip; the package is None when there is a mistake."""
    mistakes = Mistakes()
    files = open_package(path, mistakes)
    if not files.contents:
        if not mistakes.found:
            mistakes.add(str(path), 1, "the package is empty", "put course.yaml and the folders of the modules in it")
        return None, mistakes
    package = _read(Reading(files, mistakes))
    return (None if mistakes.found else package), mistakes


def read_contents(contents: Mapping[str, bytes], *, module: str = "") -> tuple[Package | None, Mistakes]:
    """Reads files that are still written on: the package as far as it goes, whatever is wrong in it.

    With `module` only that one is read: then only what is told of files in its folder holds.
    """
    mistakes = Mistakes()
    return _read(Reading(Files("", dict(contents)), mistakes), module), mistakes


def _read(reading: Reading, only: str = "") -> Package | None:
    if not reading.has("course.yaml"):
        reading.wrong("course.yaml", 1, "the package has no course.yaml", "add it at the top of the folder")
        return None
    where = reading.files.where("course.yaml")
    course = read(reading.text("course.yaml"), file=where, mistakes=reading.mistakes)
    if course is None or not course.keys(_COURSE, needed=_NEEDED):
        return None
    languages = _languages(course)
    competencies = {key: course_words(entry, languages) for key, entry in course.entries("competencies").items()}
    reading.competencies = frozenset(competencies)
    modules = _modules(reading, course, languages=languages, competencies=list(competencies), only=only)
    folders = {module.slug for module in modules}
    for name in sorted(set(reading.files.contents) - reading.used):
        if name.split("/", 1)[0] in folders and name.endswith((".md", ".yaml")):
            reading.wrong(name, 1, "no activity leads to this file", "list it in module.yaml or remove it")
    return Package(
        slug=_slug(course),
        version=_version(course),
        version_line=(course.get("version") or course).line,
        edit_class=course.word("edit_class", EDIT_CLASSES, "content"),
        languages=languages,
        title=_titled(course, languages),
        summary=course.translated("summary", languages),
        programme=course.text("programme"),
        programme_line=(course.get("programme") or course).line,
        learning=course.text("learning"),
        competencies=competencies,
        modules=modules,
        media=reading.media,
        files=reading.files,
        used=frozenset(reading.used),
    )


def course_words(entry: Located, languages: list[str]) -> dict[str, str]:
    """Words given as `{en: …, cy: …}` or as plain text in the first language."""
    holder = Located({"words": entry}, entry.file, entry.line, entry.mistakes)
    return holder.translated("words", languages)


def _languages(course: Located) -> list[str]:
    languages = course.words("languages")
    where = course.get("languages") or course
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            where.wrong(f"{language} is not a language code", "write codes such as en, cy")
    if not languages:
        where.wrong("the course has no language", "write `languages: [en]`")
    return languages or ["en"]


def _slug(course: Located) -> str:
    slug = course.text("course")
    where = course.get("course")
    if where and (not SLUG.fullmatch(slug) or slug in _TAKEN):
        where.wrong(f"{slug} cannot be the name of a course", "use small letters, digits and `-`")
    return slug


def _version(course: Located) -> str:
    version = course.text("version")
    where = course.get("version")
    if where and not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}", version):
        where.wrong(f"{version} cannot be a version", 'write `version: "1"`')
    return version


def _titled(course: Located, languages: list[str]) -> dict[str, str]:
    title = course.translated("title", languages)
    if course.get("title") and not title.get(languages[0]):
        (course.get("title") or course).wrong(f"the title is missing in {languages[0]}", "add it")
    return title


def _modules(
    reading: Reading, course: Located, *, languages: list[str], competencies: list[str], only: str
) -> tuple[ModulePart, ...]:
    modules: list[ModulePart] = []
    for entry in course.items("modules"):
        if only and entry.text("module") != only:
            continue
        earlier = [module.slug for module in modules]
        module = read_module(reading, entry, languages=languages, competencies=competencies, earlier=earlier)
        if module is not None:
            modules.append(module)
    if course.get("modules") and not modules and not reading.mistakes.found:
        course.wrong("the course has no modules", "list at least one under `modules`")
    return tuple(modules)
