"""A SCORM package is added to a course in the browser, looked at, published, and comes out again byte for byte."""

import io
import zipfile

import pytest

from courses.packages.models import CourseVersion
from tests.courses import scorm_packages as made
from tests.training.drafts.conftest import begun, seen, small_steps
from training.core.settings import Settings

__all__ = ["small_steps"]
CONTENT = "http://content.testserver"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The settings of a service that has an origin for lessons."""
    return settings.model_copy(update={"content_url": CONTENT})


async def _added(browser, draft, content, name="Fire drill!.zip"):
    return await browser.post(f"{draft}/lesson", data={"folder": "leading"}, files={"file": (name, content)})


async def test_a_lesson_is_added_tried_published_and_exported_as_it_was(browse, small_steps):
    dara, lesson = await browse("dara"), made.package(made.NEW)
    draft = await begun(dara, "course", "small-steps")
    assert "Add a SCORM package" in (await dara.get(draft)).text
    for _ in range(2):
        assert (await _added(dara, draft, lesson)).status_code == 303
    page = await dara.get(draft)
    assert "The check finds nothing wrong" in page.text and page.text.count("(lesson)") == 2
    yaml = (await dara.get(f"{draft}/files/leading/module.yaml")).text
    assert "fire-drill.zip" in yaml and "fire-drill-2.zip" in yaml
    file = await dara.get(f"{draft}/files/leading/fire-drill.zip")
    assert f'src="{draft}/preview/leading/fire-drill"' in file.text
    shown = await dara.get(f"{draft}/preview/leading/fire-drill")
    assert "SCORM 2004 4th Edition" in shown.text and f"frame-src 'self' {CONTENT}" in str(shown.headers)
    tried = (await dara.post(f"{draft}/lesson/leading/fire-drill")).json()
    files = tried["frame"].replace("/frame", f"/{tried['href']}")
    assert (await dara.get(files)).text == made.NEW_PAGE
    sent = {"number": "2", "edit_class": "content", "seen": await seen(dara, draft)}
    assert (await dara.post(f"{draft}/publish", data=sent)).status_code == 303
    assert await CourseVersion.filter(number="2").exists()
    exported = (await dara.get("/drafts/published/course/small-steps")).content
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        assert archive.read("leading/fire-drill.zip") == lesson


async def test_what_cannot_be_played_is_refused_with_words_and_the_draft_stays(browse, small_steps):
    bruno = await browse("bruno")
    draft = await begun(bruno, "course", "small-steps")
    for content, words in (
        (b"", "No file was chosen"),
        (b"x", "not a readable zip"),
        (made.package(changes={"../x": b"x"}), "points outside"),
        (made.package(changes={"imsmanifest.xml": None}), "there is no imsmanifest.xml"),
    ):
        refused = await _added(bruno, draft, content)
        assert refused.status_code == 422 and words in refused.text, words
    assert ".zip" not in (await bruno.get(f"{draft}/files/leading/module.yaml")).text
    told = await bruno.post("/drafts/take", files={"file": ("lesson.zip", made.package())})
    assert told.status_code == 422 and "it is a SCORM package, not a course" in told.text
    nowhere = await bruno.post(f"{draft}/lesson", data={"folder": "gone"}, files={"file": ("a.zip", made.package())})
    assert nowhere.status_code == 409
