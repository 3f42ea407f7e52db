"""What is exported is what was loaded, byte for byte, and loads as the same version: for packages of any kind.

`PACKAGES=200 ./run test tests/courses/packages/test_random_packages.py` tries as many; each seed is a package.
"""

import io
import os
import zipfile

import pytest

from courses.packages.models import CourseVersion
from courses.packages.package import read_package
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.packages.random_packages import RandomPackage

MANY, AT_ONCE = int(os.environ.get("PACKAGES", "20")), 20


@pytest.mark.parametrize("first", range(0, MANY, AT_ONCE))
async def test_export_then_load_gives_the_same_version_byte_for_byte(first, browse, cast, settings, tmp_path):
    farah, dara = await cast("farah"), await browse("dara")
    for seed in range(first, first + AT_ONCE):
        package, home = RandomPackage(seed), tmp_path / str(seed)
        for name, content in package.files.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(content)
        report = await load(home, actor=farah, now=NOW, storage=settings.storage)
        assert not report.refused, (seed, [str(one) for one in report.mistakes])
        path = f"/drafts/published/course/{package.slug}"
        exported = (await dara.get(path)).content
        with zipfile.ZipFile(io.BytesIO(exported)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        assert files == package.files, seed
        assert (await dara.get(path)).content == exported, "the same zip each time"
        (tmp_path / "again.zip").write_bytes(exported)
        again, mistakes = read_package(tmp_path / "again.zip")
        version = await CourseVersion.get(course__slug=package.slug)
        assert not mistakes.found and again is not None and again.digest == version.digest, seed
        taken = await dara.post("/drafts/take", files={"file": ("again.zip", exported)})
        assert taken.status_code == 303 and taken.headers["location"].startswith("/drafts?"), seed
    assert await CourseVersion.filter(course__slug__startswith="random-").count() == AT_ONCE
