"""A course as a draft: its files are those of a package, checked and published as every package is."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from courses.editor.advice import advice
from courses.editor.structure import outline
from courses.packages.archives import files_of
from courses.packages.files import open_package
from courses.packages.mistakes import Mistakes
from courses.packages.models import CourseVersion
from courses.packages.package import read_contents
from courses.packages.publish import load
from courses.versions.wishes import on_published, on_publishing
from training.core.errors import Invalid
from training.database.load_report import LoadReport
from training.drafts.kinds import DraftKind, Files, LastVersion, LoadWish
from training.parsing.messages import FileError, Mistake
from training.parsing.yaml import read_table

BLANK = """\
course: {name}
title: {title}
version: "1"
edit_class: content
languages: [en]
learning: {name}
modules:
  - module: first-module
    title: First module
    tailoring: core
    minutes: 10
    complete: {{pages: all}}
"""
MODULE = "activities:\n  - {page: 01-first-page.md, tailoring: core, minutes: 2}\n"
PAGE = "---\ntitle: First page\nminutes: 2\n---\nWrite here.\n"


async def last_version(unit_id: UUID, name: str, storage: Path) -> LastVersion | None:
    """Finds the newest version of a course, with its files."""
    of_course = CourseVersion.filter(course__slug=name, course__unit_id=unit_id)
    version = await of_course.order_by("-published").first()
    return LastVersion(version.number, await files_of(version, storage)) if version else None


async def published(unit_id: UUID) -> list[tuple[str, str]]:
    """Lists the courses of a unit, by the title of their newest version."""
    versions = CourseVersion.filter(course__unit_id=unit_id).order_by("published")
    rows = await versions.values_list("course__slug", "title")
    return list({str(slug): next(iter(title.values()), str(slug)) for slug, title in rows}.items())


def blank(name: str, title: str) -> Files:
    """Gives the smallest course there can be."""
    return {
        "course.yaml": BLANK.format(name=name, title=json.dumps(title, ensure_ascii=False)).encode(),
        "first-module/module.yaml": MODULE.encode(),
        "first-module/01-first-page.md": PAGE.encode(),
    }


def reads(file_name: str, content: bytes) -> tuple[str, Files] | None:
    """Opens the zip of a package; raises Invalid with what is wrong with it."""
    if not file_name.lower().endswith(".zip"):
        return None
    mistakes = Mistakes()
    with TemporaryDirectory() as home:
        path = Path(home) / "package.zip"
        path.write_bytes(content)
        files = open_package(path, mistakes).contents
    if mistakes.found or "course.yaml" not in files:
        missing = "there is no course.yaml in it"
        if "imsmanifest.xml" in files:
            missing = "it is a SCORM package, not a course. Open the draft of a course and add it to a module there"
        told = [f"{one.what}; {one.remedy}" for one in mistakes.sorted] or [missing]
        raise Invalid("There is a problem", problems={"file": f"{file_name}: {'. '.join(told)}"})
    try:
        name = str(read_table(files["course.yaml"].decode("utf-8-sig"), "").get("course") or "")
    except (FileError, UnicodeDecodeError) as error:
        raise Invalid(
            "There is a problem", problems={"file": f"{file_name}: course.yaml in it cannot be read; mend it first"}
        ) from error
    return name, files


def check(name: str, files: Files) -> list[Mistake]:
    """Lists what the reader of packages says is wrong."""
    _, mistakes = read_contents(files)
    return list(mistakes.sorted)


def check_file(name: str, files: Files, path: str) -> list[Mistake]:
    """Lists what is wrong in one file of a module, for which only that module is read."""
    _, mistakes = read_contents(files, module=path.partition("/")[0])
    return [one for one in mistakes.sorted if one.file == path]


async def load_folder(name: str, folder: Path, wish: LoadWish) -> LoadReport:
    """Publishes the files as `training load` does."""
    return (await load(folder, actor=wish.actor, now=wish.now, storage=wish.storage, check=wish.check)).report


COURSE = DraftKind(
    title="Course",
    hint="modules with pages, films, quizzes and tasks.",
    head=lambda _: "course.yaml",
    name_key="course",
    names=r"[a-z0-9][a-z0-9_-]{0,79}",
    names_remedy="Use small letters, digits and -",
    edit_class_key="edit_class",
    page=lambda name: f"/courses/{name}",
    middle="Where you choose nothing else, whoever has begun an earlier version keeps it, with their place and their "
    "answers. Whoever begins from now on gets this one. The others may go on with it: what they did and is unchanged "
    "counts.",
    published=published,
    reads=reads,
    last_version=last_version,
    blank=blank,
    check=check,
    check_file=check_file,
    load=load_folder,
    outline=outline,
    has_outline=True,
    advice=advice,
    on_publishing=on_publishing,
    chosen=on_published,
)
