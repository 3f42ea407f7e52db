"""A lesson as its window and its files see it: opened, saved, resumed and done, through the front door."""

import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.applications import Starlette

from courses.learning.models import Completion, Progress, ScormAttempt
from courses.learning.scorm.passes import ContentPass, opened, seal
from courses.packages.publish import load
from courses.packages.scorm.archive import UNPACKED
from tests.copies import NOW
from tests.courses import scorm_packages as made
from tests.courses.course_files import zipped
from tests.courses.learning.test_pages import words
from training.app.lti.reviews import attempts
from training.core.errors import Invalid, NotFound
from training.core.settings import Settings
from training.core.settings import load as load_settings
from training.people.actor import Actor
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
Learning = Callable[[bytes], Awaitable[httpx2.AsyncClient]]
CONTENT = "http://content.testserver"
COURSE = "/courses/small-steps"
DRILL = f"{COURSE}/drills/fire"
PLAY = f"{DRILL}/play/1"
COURSE_YAML = """\
course: small-steps
title: {en: Small steps, cy: Camau bach}
version: "1"
edit_class: content
languages: [en, cy]
learning: small steps course
modules:
  - module: drills
    title: Drills
    minutes: 30
    complete: {pages: all}
"""
FILM = b"\x1aE\xdf\xa3" + bytes(2_000)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The settings of a service that has an origin for lessons."""
    return settings.model_copy(update={"content_url": CONTENT})


def course_with(lesson: bytes) -> dict[str, str | bytes]:
    """The files of a course with one module: a page, and a lesson."""
    return {
        "course.yaml": COURSE_YAML,
        "drills/module.yaml": "activities:\n  - {page: 01-first.md}\n  - {scorm: fire.zip, minutes: 10}\n",
        "drills/01-first.md": "---\ntitle: Look up\n---\nWhere is the door?\n",
        "drills/fire.zip": lesson,
    }


@pytest.fixture
def learning(tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings, browse: Browse) -> Learning:
    """Publishes a course with a lesson, and gives the browser of somebody who has begun it."""

    async def begun(lesson: bytes) -> httpx2.AsyncClient:
        course = zipped(tmp_path / "course.zip", course_with(lesson))
        report = await load(course, actor=await cast("farah"), now=NOW, storage=settings.storage)
        assert not report.refused, [str(one) for one in report.mistakes]
        browser = await browse("amina")
        await browser.post(f"{COURSE}/start")
        return browser

    return begun


async def open_lesson(browser: httpx2.AsyncClient, path: str = PLAY) -> dict[str, Any]:
    """Opens a lesson as its window does."""
    answer = await browser.post(path, json={})
    assert answer.status_code == 200, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


async def tell(browser: httpx2.AsyncClient, opened: dict[str, Any], **values: str) -> httpx2.Response:
    """Posts what a lesson of SCORM 1.2 reports; `__` stands for a dot."""
    named = {f"cmi.{name.replace('__', '.')}": value for name, value in values.items()}
    return await browser.post(f"{PLAY}/save", json={"launch": opened["launch"], "values": named})


async def test_a_lesson_is_begun_left_resumed_and_done(learning: Learning) -> None:
    browser = await learning(made.package())
    course = words(await browser.get(COURSE))
    assert "Read the page and do the lesson." in course and "fire" not in course and "Fire drill (lesson)" in course
    await browser.post(f"{COURSE}/drills/01-first")
    first = await browser.get(DRILL)
    assert "Start the lesson" in words(first) and f'href="{PLAY}"' in first.text
    window = await browser.get(PLAY)
    assert f"frame-src 'self' {CONTENT}" in window.headers["content-security-policy"]
    assert "Leave the lesson" in words(window) and "needs scripts" in words(window)
    opened = await open_lesson(browser)
    assert opened["values"]["cmi.core.entry"] == "ab-initio" and opened["values"]["cmi.core.student_name"]
    assert opened["frame"].startswith(f"{CONTENT}/scorm/") and opened["href"] == "files/pages/index.html"
    told = await tell(
        browser, opened, core__lesson_location="page 2", core__lesson_status="incomplete", suspend_data="seen: 2",
        core__session_time="00:00:00", core__exit="suspend",
    )  # fmt: skip
    assert told.json()["words"].startswith("Saved at ") and told.json()["done"] is False
    assert "Go on with the lesson" in words(await browser.get(DRILL))
    again = await open_lesson(browser)
    assert again["values"]["cmi.core.lesson_location"] == "page 2" and again["values"]["cmi.suspend_data"] == "seen: 2"
    assert again["values"]["cmi.core.entry"] == "resume"
    done = await tell(browser, again, core__lesson_status="completed", core__score__raw="85", core__score__max="100")
    assert "Your best score: 85 %. You have done this lesson." in done.json()["words"].replace("\xa0", " ")
    assert await Completion.filter(module="drills").exists() and await Completion.filter(module="").exists()
    fact = await Fact.filter(kind="lesson.reported").order_by("-id").first()
    assert fact is not None and (fact.detail["best_given"], fact.detail["done"]) == (85.0, True)
    assert "Your best score: 85 %" in words(await browser.get(DRILL)).replace("\xa0", " ")


async def test_a_window_that_was_opened_earlier_writes_no_more(learning: Learning) -> None:
    browser = await learning(made.package())
    first, second = await open_lesson(browser), await open_lesson(browser)
    assert (await tell(browser, second, core__lesson_location="new")).status_code == 200
    late = await tell(browser, first, core__lesson_location="old")
    assert late.status_code == 409 and "another window" in late.json()["words"]
    assert (await ScormAttempt.get()).location == "new"


async def test_a_lesson_writes_in_nobody_elses_course(learning: Learning, browse: Browse) -> None:
    browser = await learning(made.package())
    opened, other = await open_lesson(browser), await browse("emre")
    assert (await tell(other, opened, core__lesson_status="passed")).status_code in (403, 404)
    await other.post(f"{COURSE}/start")
    refused = await tell(other, opened, core__lesson_status="passed")
    assert refused.status_code == 409 and not await Progress.filter(done__isnull=False).exists()


JUNK: list[tuple[Any, str]] = [
    ("not json", "nobody can read"),
    ([], "no values"),
    ({"values": []}, "no values"),
    ({"values": {"cmi.core.lesson_status": "great"}}, "does not know"),
    ({"values": {"cmi.core.score.raw": "a lot"}}, "no number"),
    ({"values": {"cmi.core.score.raw": "NaN"}}, "no number"),
    ({"values": {"cmi.core.score.raw": {"deep": 1}}}, "no text"),
    ({"values": {"cmi.suspend_data": "é" * 40_000}}, "64 kB"),
    ({"values": {"cmi.core.lesson_location": "x" * 2_000}}, "1000 letters"),
    ({"values": {"cmi.suspend_data": "a\x00b"}}, "cannot be kept"),
    ({"values": {"cmi.suspend_data": "\ud800"}}, "no whole text"),
]


async def test_junk_is_refused_in_words_and_changes_nothing(learning: Learning) -> None:
    browser = await learning(made.package())
    opened = await open_lesson(browser)
    for junk, expected in JUNK:
        given = junk | {"launch": opened["launch"]} if isinstance(junk, dict) else junk
        answer = await browser.post(f"{PLAY}/save", content=given if isinstance(given, str) else json.dumps(given))
        assert answer.status_code == 422 and expected in answer.json()["words"], (junk, answer.text)
    kept = await ScormAttempt.get()
    assert kept.saved is None and kept.suspend_data == ""


async def test_a_lesson_that_reports_without_end_is_held_back(learning: Learning) -> None:
    browser = await learning(made.package())
    opened = await open_lesson(browser)
    answers = [(await tell(browser, opened, suspend_data=str(at))).status_code for at in range(92)]
    assert answers[:90] == [200] * 90 and answers[90:] == [429, 429]


@pytest.fixture
async def content(service: Starlette) -> Any:
    """A browser at the origin of lessons, which brings no cookie."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=service), base_url=CONTENT) as browser:
        yield browser


async def test_files_come_from_the_content_origin_alone_and_are_shut_in(
    learning: Learning, settings: Settings, content: httpx2.AsyncClient
) -> None:  # fmt: skip
    changes: dict[str, str | bytes | None] = {"pages/film.webm": FILM, "pages/a b é.html": "<p>Hi</p>"}
    browser = await learning(made.package(changes=changes))
    opened = await open_lesson(browser)
    base = opened["frame"].removesuffix("/frame")
    frame = await content.get(opened["frame"])
    assert 'data-player="http://testserver"' in frame.text and "scorm12.min.js" in frame.text
    assert "frame-ancestors 'self' http://testserver" in frame.headers["content-security-policy"]
    page = await content.get(f"{base}/files/pages/index.html")
    assert page.text == made.OLD_PAGE and page.headers["content-type"] == "text/html"
    policy = page.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy and "allow-top" not in policy and "allow-popups" not in policy
    assert "set-cookie" not in page.headers
    assert (await content.get(f"{base}/files/pages/a%20b%20%C3%A9.html")).text == "<p>Hi</p>"
    piece = await content.get(f"{base}/files/pages/film.webm", headers={"Range": "bytes=0-3"})
    assert piece.status_code == 206 and piece.content == FILM[:4]
    assert list((settings.storage / UNPACKED).rglob("*")) != []
    for path in ("nothing.html", "..%2f..%2fcourse.yaml", "%2e%2e/x", "imsmanifest.xml/"):
        assert (await content.get(f"{base}/files/{path}")).status_code == 404
    assert (await content.get(f"{CONTENT}/scorm/{'x' * 40}/files/pages/index.html")).status_code == 404
    assert (await content.get(f"{CONTENT}/courses")).status_code == 404
    assert (await open_lesson(browser))["frame"] == opened["frame"]  # so that a phone need not fetch all again
    assert "allow-downloads" not in policy
    assert (await content.get(f"{CONTENT}/sign-in")).status_code == 404
    here = opened["frame"].replace(CONTENT, "http://testserver")
    assert (await browser.get(here)).status_code == 404
    assert (await browser.get(here.replace("/scorm/", "/~abc/scorm/"))).status_code == 404


async def test_while_the_folder_is_away_a_lesson_says_so(
    learning: Learning, settings: Settings, content: httpx2.AsyncClient
) -> None:  # fmt: skip
    base = (await open_lesson(await learning(made.package())))["frame"].removesuffix("/frame")
    settings.storage.rename(settings.storage.parent / "away")
    assert (await content.get(f"{base}/files/pages/index.html")).status_code == 503
    (settings.storage.parent / "away").rename(settings.storage)
    assert (await content.get(f"{base}/files/pages/index.html")).status_code == 200


async def test_where_no_origin_is_set_a_lesson_says_so_and_serves_nothing(
    learning: Learning, settings: Settings, service: Starlette
) -> None:
    browser = await learning(made.package())
    frame = (await open_lesson(browser))["frame"]
    bare = settings.model_copy(update={"content_url": ""})
    service.state.resources = service.state.resources.__class__(
        **{**service.state.resources.__dict__, "settings": bare}
    )  # fmt: skip
    assert "This service cannot play lessons yet." in words(await browser.get(PLAY))
    assert (await browser.post(PLAY, json={})).status_code == 404
    assert frame.startswith(CONTENT)


async def test_two_parts_are_listed_and_both_have_to_be_done(learning: Learning) -> None:
    items = made.item("a", "Part one") + made.item("b", "The sign")
    resources = made.resource("a", "pages/index.html") + made.resource("b", "pages/sign.svg", "asset")
    lesson = made.package(changes={"imsmanifest.xml": made.manifest(items=items, resources=resources)})
    browser = await learning(lesson)
    assert "Part one Not started" in words(await browser.get(DRILL))
    await tell(browser, await open_lesson(browser), core__lesson_status="passed", core__score__raw="9")
    assert not await Progress.filter(done__isnull=False).exists()
    opened = await open_lesson(browser, f"{DRILL}/play/2")
    assert opened["asset"] is True
    assert "You have done this lesson." in words(await browser.get(DRILL))


async def test_time_adds_up_over_launches_and_is_no_more_than_passed(learning: Learning) -> None:
    browser = await learning(made.package())
    opened = await open_lesson(browser)
    await ScormAttempt.all().update(launched=datetime.now(UTC) - timedelta(hours=2))
    await tell(browser, opened, core__session_time="0001:00:00.50")
    await tell(browser, opened, core__session_time="0099:00:00")
    again = await open_lesson(browser)
    assert again["values"]["cmi.core.total_time"].startswith("0002:00:")
    assert str(uuid4()) != again["launch"] != opened["launch"]


async def test_a_lesson_goes_on_in_a_newer_version_where_it_is_unchanged(
    learning: Learning, tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings
) -> None:
    browser = await learning(made.package())
    await tell(browser, await open_lesson(browser), core__lesson_location="page 2", core__lesson_status="incomplete")
    files = course_with(made.package()) | {"course.yaml": COURSE_YAML.replace('"1"', '"2"')}
    files["drills/fire.zip"] = zipfile.ZipFile(tmp_path / "course.zip").read("drills/fire.zip")
    report = await load(
        zipped(tmp_path / "newer.zip", files), actor=await cast("farah"), now=NOW + timedelta(hours=1),
        storage=settings.storage,
    )  # fmt: skip
    assert not report.refused
    await browser.post(f"{COURSE}/newer")
    assert (await open_lesson(browser))["values"]["cmi.core.lesson_location"] == "page 2"


async def test_an_lms_gets_the_best_score_of_a_lesson_and_staff_see_it(
    learning: Learning, browse: Browse, cast: Callable[[str], Awaitable[Actor]]
) -> None:
    browser = await learning(made.package())
    opened = await open_lesson(browser)
    for score in ("40", "90", "60"):
        await tell(browser, opened, core__lesson_status="failed", core__score__raw=score)
    told = [(row.detail["best_given"], row.detail["done"]) for row in await Fact.filter(kind="lesson.reported")]
    assert told == [(40.0, False), (90.0, False)]
    person = (await cast("amina")).person_id
    page = words(await (await browse("farah")).get(f"/courses/of/{person}")).replace("\xa0", " ")
    assert "lesson: 90 %" in page
    shown = await attempts(person, DRILL, "")
    assert [one.outcome.replace("\xa0", " ") for one in shown] == ["90 %, in progress"]


async def test_a_pass_ends_and_opens_one_package_only(settings: Settings) -> None:
    content = ContentPass("courses/one", "1.2", ("http://testserver",))
    token = seal(content, settings, now=NOW)
    assert opened(token, settings, now=NOW + timedelta(hours=8)) == content
    for bad, at in ((token, NOW + timedelta(hours=12)), (token[:-2] + "xx", NOW), ("x.y", NOW)):
        with pytest.raises(NotFound):
            opened(bad, settings, now=at)


def test_the_origin_of_lessons_is_another_host_of_the_same_kind() -> None:
    given: dict[str, Any] = {"_env_file": None, "secret_key": "s" * 40, "mail_url": "file:x"}
    assert load_settings(**given, public_url="http://localhost:8000").content_origin == "http://content.localhost:8000"
    assert load_settings(**given, public_url="https://a.example.org").content_origin == ""
    for url in ("https://a.example.org", "https://a.example.org:8443", "http://b.example.org", "https://b.org/path"):
        with pytest.raises(Invalid, match="TRAINING_CONTENT_URL"):
            load_settings(**given, public_url="https://a.example.org", content_url=url)
