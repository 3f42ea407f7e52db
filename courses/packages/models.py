"""What can be learnt: courses, their immutable versions, modules, activities and media."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from training.sites.models import CentralUnit, Programme

RESTRICT = fields.OnDelete.RESTRICT


class Course(Model):
    """A course of a central unit; what it teaches stands in its versions.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    unit: fields.ForeignKeyRelation[CentralUnit] = fields.ForeignKeyField(
        "sites.CentralUnit", related_name="courses", on_delete=RESTRICT
    )
    programme: fields.ForeignKeyNullableRelation[Programme] = fields.ForeignKeyField(
        "sites.Programme", related_name="courses", null=True, on_delete=RESTRICT
    )
    slug = fields.CharField(max_length=100)
    created = fields.DatetimeField()

    unit_id: UUID
    programme_id: UUID | None

    class Meta:
        table = "courses_course"
        unique_together = (("unit", "slug"),)


class CourseVersion(Model):
    """One published state of a course; never changed, so that a result says for ever what was learnt.

    Personal data: published_by (who loaded it); kept: as long as the course.
    """

    id = fields.UUIDField(primary_key=True)
    course: fields.ForeignKeyRelation[Course] = fields.ForeignKeyField(
        "courses.Course", related_name="versions", on_delete=RESTRICT
    )
    number = fields.CharField(max_length=20)
    edit_class = fields.CharField(max_length=20)
    languages = fields.JSONField[list[str]]()
    title = fields.JSONField[dict[str, str]]()
    summary = fields.JSONField[dict[str, str]]()
    learning = fields.CharField(max_length=200)
    competencies = fields.JSONField[dict[str, dict[str, str]]]()
    minutes = fields.IntField()
    digest = fields.CharField(max_length=64)
    published = fields.DatetimeField()
    published_by = fields.UUIDField(null=True)

    course_id: UUID

    class Meta:
        table = "courses_version"
        unique_together = (("course", "number"),)


class Module(Model):
    """A part of a course version that is finished by a rule of its own.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="modules", on_delete=RESTRICT
    )
    place = fields.IntField()
    slug = fields.CharField(max_length=100)
    title = fields.JSONField[dict[str, str]]()
    tailoring = fields.CharField(max_length=10)
    minutes = fields.IntField()
    needs = fields.JSONField[list[str]]()
    languages = fields.JSONField[list[str]]()
    competencies = fields.JSONField[list[str]]()
    complete = fields.JSONField[dict[str, Any]]()

    class Meta:
        table = "courses_module"
        unique_together = (("version", "slug"),)


class Activity(Model):
    """A page, video, quiz, task or SCORM lesson of a module, with its content in each language, already safe to show.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    module: fields.ForeignKeyRelation[Module] = fields.ForeignKeyField(
        "courses.Module", related_name="activities", on_delete=RESTRICT
    )
    place = fields.IntField()
    slug = fields.CharField(max_length=100)
    kind = fields.CharField(max_length=10)
    title = fields.JSONField[dict[str, str]]()
    tailoring = fields.CharField(max_length=10)
    minutes = fields.IntField()
    content = fields.JSONField[dict[str, dict[str, Any]]]()

    module_id: UUID

    class Meta:
        table = "courses_activity"
        unique_together = (("module", "slug"),)


class Media(Model):
    """A picture, video or caption file of a course version, stored under a random name.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    version: fields.ForeignKeyRelation[CourseVersion] = fields.ForeignKeyField(
        "courses.CourseVersion", related_name="media", on_delete=RESTRICT
    )
    name = fields.CharField(max_length=300)
    stored = fields.CharField(max_length=100)
    media_type = fields.CharField(max_length=100)
    size_bytes = fields.IntField()
    sha256 = fields.CharField(max_length=64)

    class Meta:
        table = "courses_media"
        unique_together = (("version", "name"),)


class PackageArchive(Model):
    """Is the package of a course version as it was handed in, byte for byte, as a zip; the version began with it.

    Personal data: none.
    """

    id = fields.UUIDField(primary_key=True)
    version: fields.OneToOneRelation[CourseVersion] = fields.OneToOneField(
        "courses.CourseVersion", related_name="archive", on_delete=RESTRICT
    )
    stored = fields.CharField(max_length=100)
    size_bytes = fields.IntField()
    sha256 = fields.CharField(max_length=64)

    version_id: UUID

    class Meta:
        table = "courses_package_archive"
