"""Puts a checked course package into the database and the storage: all of it, or nothing."""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError, OperationalError

from courses.packages.archives import FOLDER, put_away
from courses.packages.models import Activity, Course, CourseVersion, Media, Module, PackageArchive
from courses.packages.package import read_package
from courses.packages.schema import ModulePart, Package
from training.core.errors import AppError
from training.core.storage import write
from training.database.connection import transaction
from training.database.load_report import LoadReport
from training.parsing.media import type_of
from training.parsing.messages import Mistake
from training.people.actor import Actor
from training.sites.models import Programme
from training.trail import facts


@dataclass(frozen=True)
class LoadedCourse:
    """What loading did, or would do: lines of what is new, what is changed, what stays, and what is wrong."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def refused(self) -> bool:
        """Nothing was loaded, because of mistakes."""
        return bool(self.mistakes)

    @property
    def report(self) -> LoadReport:
        """Returns it as lines, as they are told of every file that is loaded."""
        mistakes = [str(one) for one in self.mistakes]
        return LoadReport([*self.new], [*self.changed], [*self.unchanged], mistakes, self.refused)


async def load(
    path: Path, *, actor: Actor, now: datetime, storage: Path, check: bool = False, ships: bool = False
) -> LoadedCourse:
    """Loads a course package (folder or zip) as a published version; with `check`, tells only what would happen.

    One that ships with the service belongs to no programme where the unit has not the one that it names.
    """
    package, mistakes = await asyncio.to_thread(read_package, path)
    if package is None:
        return LoadedCourse(mistakes=mistakes.sorted)
    wanted = package.programme
    programme = await Programme.get_or_none(unit_id=actor.unit_id, slug=wanted) if wanted else None
    if wanted and programme is None and not ships:
        what = f"{wanted} is no programme of this central unit"
        mistakes.add(package.files.where("course.yaml"), package.programme_line, what, "load its pathway first")
    course = await Course.get_or_none(unit_id=actor.unit_id, slug=package.slug)
    same = await CourseVersion.get_or_none(course=course, number=package.version) if course else None
    # A version from before counted every file of its folder, also those that no page uses.
    if same and same.digest not in (package.digest, package.files.digest(package.files.contents)):
        what = f"version {package.version} is published and never changes"
        where = package.files.where("course.yaml")
        mistakes.add(where, package.version_line, what, "give the changed course a new version")
    if mistakes.found:
        return LoadedCourse(mistakes=mistakes.sorted)
    if same:
        if not check:
            await _keep_archive(same, package, actor=actor, now=now, storage=storage)
        return LoadedCourse(unchanged=(f"{_named(package)}: already published",))
    report = await _compare(package, course)
    if not check:
        programme_id = programme.id if programme else None
        try:
            await _store(package, actor=actor, now=now, storage=storage, programme_id=programme_id)
        except IntegrityError:  # somebody published it in the same moment: theirs stands, if it is the same
            if not await CourseVersion.filter(course__slug=package.slug, course__unit_id=actor.unit_id,
                                              number=package.version).exists():  # fmt: skip
                raise
            return await load(path, actor=actor, now=now, storage=storage, check=True, ships=ships)
    return report


async def _keep_archive(
    version: CourseVersion, package: Package, *, actor: Actor, now: datetime, storage: Path
) -> None:
    """Keeps the package of a version that was published before packages were kept."""
    if await PackageArchive.filter(version=version).exists():
        return
    archive = await asyncio.to_thread(put_away, package.files.contents, storage)
    archive.version = version
    try:
        async with transaction():
            await archive.save(force_create=True)
            await facts.record(
                "course.package_kept", archive, actor=actor.person_id, now=now, unit=actor.unit_id,
                version=version.number,
            )  # fmt: skip
    except IntegrityError:  # kept in the same moment by somebody else
        (storage / FOLDER / archive.stored).unlink(missing_ok=True)


def _named(package: Package) -> str:
    return f"course {package.slug}, version {package.version}"


async def _compare(package: Package, course: Course | None) -> LoadedCourse:
    before = await CourseVersion.filter(course=course).order_by("-published").first() if course else None
    activities = sum(len(module.activities) for module in package.modules)
    line = f"{_named(package)}: {len(package.modules)} modules, {activities} activities, {len(package.media)} files"
    if before is None:
        return LoadedCourse(new=(line,))
    old = await _contents_of(before.id)
    new = {module.slug: _contents(module) for module in package.modules}
    changes = [f"module {slug}: {_difference(old.get(slug), new[slug])}" for slug in new if old.get(slug) != new[slug]]
    changes += [f"module {slug}: no longer there" for slug in old if slug not in new]
    return LoadedCourse(new=(f"{line} (after version {before.number}; {package.edit_class})",), changed=tuple(changes))


def _difference(old: dict[str, object] | None, new: dict[str, object]) -> str:
    if old is None:
        return "new"
    names = [name for name in {**old, **new} if name and old.get(name) != new.get(name)]
    return f"changed ({', '.join(names)})" if names else "changed (its entry in course.yaml)"


def _contents(module: ModulePart) -> dict[str, object]:
    entry = (module.title, module.minutes, module.needs, module.languages, module.complete, module.tailoring)
    return {"": entry, **{one.slug: (one.title, one.content) for one in module.activities}}


async def _contents_of(version_id: UUID) -> dict[str, dict[str, object]]:
    contents: dict[str, dict[str, object]] = {}
    for module in await Module.filter(version_id=version_id).order_by("place"):
        entry = (module.title, module.minutes, module.needs, module.languages, module.complete, module.tailoring)
        activities = await Activity.filter(module=module).order_by("place")
        contents[module.slug] = {"": entry, **{one.slug: (one.title, one.content) for one in activities}}
    return contents


async def _store(package: Package, *, actor: Actor, now: datetime, storage: Path, programme_id: UUID | None) -> None:
    # Files go first: a row never names a file that is not there. Without the rows they are removed again.
    stored = await asyncio.to_thread(_write_files, package, storage)
    archive = await asyncio.to_thread(put_away, package.files.contents, storage)
    try:
        async with transaction():
            version = await _new_version(package, actor=actor, now=now, programme_id=programme_id)
            archive.version = version
            await archive.save(force_create=True)
            await _new_modules(package.modules, version)
            await Media.bulk_create(_media_rows(package, version, stored))
            modules = await Module.filter(version_id=version.id).only("id")
            activities = await Activity.filter(module__version_id=version.id).only("id")
            media = await Media.filter(version_id=version.id).only("id")
            await facts.record(
                "course.published",
                version,
                actor=actor.person_id,
                now=now,
                unit=actor.unit_id,
                version=package.version,
                detail={"course": package.slug, "edit_class": package.edit_class, "digest": package.digest},
                rows=[version.course, archive, *modules, *activities, *media],
            )
    except (AppError, OperationalError):
        # Only where it is sure that the rows were not written: cancelled or cut off while committing, they may stand.
        for name in (archive.stored, *stored.values()):
            (storage / FOLDER / name).unlink(missing_ok=True)
        raise


def _write_files(package: Package, storage: Path) -> dict[str, str]:
    stored: dict[str, str] = {}
    for name in package.media:
        stored[name] = secrets.token_urlsafe(24)
        write(storage, f"{FOLDER}/{stored[name]}", package.files.contents[name])
    return stored


async def _new_version(package: Package, *, actor: Actor, now: datetime, programme_id: UUID | None) -> CourseVersion:
    course, _ = await Course.get_or_create(
        unit_id=actor.unit_id, slug=package.slug, defaults={"programme_id": programme_id, "created": now}
    )
    return await CourseVersion.create(
        course=course,
        number=package.version,
        edit_class=package.edit_class,
        languages=package.languages,
        title=package.title,
        summary=package.summary,
        learning=package.learning,
        competencies=package.competencies,
        minutes=package.minutes,
        digest=package.digest,
        published=now,
        published_by=actor.person_id,
    )


async def _new_modules(parts: Iterable[ModulePart], version: CourseVersion) -> None:
    modules, activities = [], []
    for place, part in enumerate(parts, 1):
        module = Module(
            id=uuid4(),
            version=version,
            place=place,
            slug=part.slug,
            title=part.title,
            tailoring=part.tailoring,
            minutes=part.minutes,
            needs=part.needs,
            languages=part.languages,
            competencies=part.competencies,
            complete=part.complete,
        )
        modules.append(module)
        activities += [
            Activity(
                module_id=module.id,
                place=number,
                slug=one.slug,
                kind=one.kind,
                title=one.title,
                tailoring=one.tailoring,
                minutes=one.minutes,
                content=one.content,
            )
            for number, one in enumerate(part.activities, 1)
        ]
    await Module.bulk_create(modules)
    await Activity.bulk_create(activities)


def _media_rows(package: Package, version: CourseVersion, stored: dict[str, str]) -> list[Media]:
    return [
        Media(
            version=version,
            name=name,
            stored=stored[name],
            media_type=type_of(package.files.contents[name]) or "application/zip",
            size_bytes=len(package.files.contents[name]),
            sha256=sha256,
        )
        for name, sha256 in package.media.items()
    ]
