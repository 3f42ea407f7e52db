"""The courses as people see them: through the front door, without script."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from courses.learning.models import Answer, Completion, Enrolment, QuizAttempt, TaskEntry
from courses.packages.models import Activity, CourseVersion, Media
from courses.packages.publish import load
from tests.copies import NOW
from tests.courses.course_files import PAGE, write
from training.core.settings import Settings
from training.demo.cast import known
from training.people.actor import Actor, LtiContext
from training.people.authentication.middleware import cookie_name
from training.people.models import Membership, Person
from training.people.sessions import open_session
from training.sites.models import CentralUnit
from training.trail.models import Fact

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
COURSE = "/courses/small-steps"
QUIZ = f"{COURSE}/hearing/quiz"
JPEG = b"\xff\xd8\xff picture"
ENGLISH = re.compile(r"\b(the|you|your|this|is|and|of|done|next|try|right|page|minutes?)\b", re.IGNORECASE)


def words(answer: httpx2.Response) -> str:
    """The words of a page, without its tags."""
    text = re.sub(r"<(script|style|title).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def heading(answer: httpx2.Response) -> str:
    """The page's one first heading."""
    found = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert len(found) == 1, answer.text
    return unescape(re.sub(r"<[^>]+>", "", found[0])).strip()


async def follow(browser: httpx2.AsyncClient, answer: httpx2.Response) -> httpx2.Response:
    """Follows redirects to the page behind them."""
    while answer.status_code == 303:
        answer = await browser.get(answer.headers["location"])
    return answer


async def press(browser: httpx2.AsyncClient, path: str, **data: str | list[str]) -> httpx2.Response:
    """Posts a form and follows to the next page."""
    return await follow(browser, await browser.post(path, data=data))


async def begun(browse: Browse, who: str = "amina") -> httpx2.AsyncClient:
    """A browser of somebody who has begun the small course."""
    browser = await browse(who)
    await press(browser, f"{COURSE}/start")
    return browser


async def test_a_learner_goes_through_the_whole_course(small_steps: str, browse: Browse) -> None:
    browser = await browse("amina")
    mine = await browser.get("/courses")
    assert "Courses you can begin" in words(mine) and "Small steps" in words(mine)
    course = await browser.get(COURSE)
    assert "You finish the course when all 2 modules are done." in words(course)
    assert "Read all 3 pages, get 2 of 2 right in the quiz and do the task." in words(course)
    page = await press(browser, f"{COURSE}/start")
    assert (heading(page), "Page 1 of 5" in words(page)) == ("Look up", True)
    page = await press(browser, f"{COURSE}/hearing/first")
    assert (heading(page), "Page 2 of 5" in words(page)) == ("Wait", True)
    page = await press(browser, f"{COURSE}/hearing/02-second")
    assert (heading(page), "Page 3 of 5" in words(page)) == ("A circle", True)
    page = await press(browser, f"{COURSE}/hearing/film")
    assert heading(page) == "Quiz" and "You have 2 tries left." in words(page)
    page = await press(browser, f"{QUIZ}/begin")
    assert heading(page) == "Where do you look?" and "Question 1 of 2" in words(page)
    page = await press(browser, f"{QUIZ}/questions/1", choices="face")
    page = await press(browser, f"{QUIZ}/questions/2", choices=["open", "quiet"])
    assert heading(page) == "Check your answers" and "Open questions A little quiet" in words(page)
    page = await press(browser, f"{QUIZ}/hand-in")
    assert heading(page) == "Passed" and "You got 2 of 2 right." in words(page)
    page = await press(browser, f"{COURSE}/hearing/task", note="I listened.")
    assert "You have done the module Hearing people." in words(page) and "1 of 2 modules done" in words(page)
    page = await follow(browser, await browser.get(f"{COURSE}/continue"))
    assert heading(page) == "Plan"
    page = await press(browser, f"{COURSE}/leading/01-plan")
    assert "2 of 2 modules done" in words(page) and "You finished this course on" in words(page)
    assert await Completion.filter(person_id=known("amina")).count() == 3


async def test_continue_comes_back_to_the_exact_question(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await browser.get(QUIZ)
    await press(browser, f"{QUIZ}/begin")
    await press(browser, f"{QUIZ}/questions/1", choices="phone")
    later = await browse("amina")
    page = await later.get("/courses")
    assert f'href="{COURSE}/continue"' in page.text and "Hearing people: Quiz" in words(page)
    page = await follow(later, await later.get(f"{COURSE}/continue"))
    assert page.url.path == f"{QUIZ}/questions/2"
    back = await later.get(f"{QUIZ}/questions/1")
    assert re.search(r'value="phone" checked', back.text)
    await press(later, f"{QUIZ}/questions/2", choices="open")
    page = await follow(later, await later.get(f"{COURSE}/continue"))
    assert page.url.path == f"{QUIZ}/check"


async def test_an_answer_left_out_is_said_on_top_and_beside_the_question(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    page = await browser.post(f"{QUIZ}/questions/2")
    assert page.status_code == 422 and "<title>Error: " in page.text
    assert page.text.count("Choose at least one answer") == 2 and 'href="#choices"' in page.text


async def test_an_answer_changed_from_the_check_page_comes_back_there(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    await press(browser, f"{QUIZ}/questions/1", choices="phone")
    page = await press(browser, f"{QUIZ}/questions/2", choices="open")
    assert "At my phone" in words(page)
    page = await press(browser, f"{QUIZ}/questions/1?from=check", choices="face")
    assert heading(page) == "Check your answers" and "At the person" in words(page)


async def test_a_try_with_a_question_open_cannot_be_handed_in(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    await press(browser, f"{QUIZ}/questions/2", choices="open")
    page = await browser.get(f"{QUIZ}/check")
    assert "No answer yet" in words(page) and "Hand in" not in words(page).replace("before you hand in", "")
    refused = await browser.post(f"{QUIZ}/hand-in")
    assert refused.status_code == 422 and "Answer question 1 first" in words(refused)
    assert (await QuizAttempt.get(number=1)).state == "open"


async def test_feedback_says_why_and_leads_to_the_page_to_read_again(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    await press(browser, f"{QUIZ}/questions/1", choices="phone")
    await press(browser, f"{QUIZ}/questions/2", choices="open")
    page = await press(browser, f"{QUIZ}/hand-in")
    told = words(page)
    assert heading(page) == "Not passed yet" and "You got 0 of 2 right. You needed 2 of 2." in told
    assert "That says you are busy." in told and "Looking is part of listening." in told
    assert "You have 1 try left." in told and "Right is:" not in told
    reread = re.findall(r'Read again: <a[^>]*href="([^"]+)"', page.text)
    assert reread[0] == f"{COURSE}/hearing/first"
    assert heading(await browser.get(reread[0])) == "Look up"
    twice = await press(browser, f"{QUIZ}/hand-in")
    assert heading(twice) == "Not passed yet" and await QuizAttempt.all().count() == 1


async def test_without_tries_left_a_trainer_sees_it_and_allows_one_more(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    for _ in range(2):
        await press(browser, f"{QUIZ}/begin")
        await press(browser, f"{QUIZ}/questions/1", choices="phone")
        await press(browser, f"{QUIZ}/questions/2", choices="open")
        page = await press(browser, f"{QUIZ}/hand-in")
    assert "You have no tries left." in words(page) and "Right is:" in words(page)
    assert (await browser.post(f"{QUIZ}/begin")).status_code == 403
    trainer = await browse("chloe")
    page = await trainer.get(f"{COURSE}/learners")
    assert "No tries left: Hearing people" in words(page)
    path = re.findall(r'action="(/courses/learners/[^"]+)"', page.text)[0]
    stranger = await browse("emre")
    assert (await stranger.post(path)).status_code == 404
    page = await press(trainer, path)
    assert "One more try is allowed." in words(page) and "No tries left" not in words(page)
    assert heading(await press(browser, f"{QUIZ}/begin")) == "Where do you look?"


async def test_the_language_is_switched_at_the_same_place_and_kept(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    page = await browser.get(f"{COURSE}/hearing/02-second")
    assert f'href="{COURSE}/hearing/02-second?language=cy"' in page.text
    page = await browser.get(f"{COURSE}/hearing/02-second?language=cy")
    assert heading(page) == "Arhoswch" and '<article class="app-prose" lang="cy">' in page.text
    page = await follow(browser, await browser.get(f"{COURSE}/continue"))
    assert heading(page) == "Arhoswch"
    await press(browser, f"{QUIZ}/begin")
    page = await browser.get(f"{QUIZ}/questions/1")
    assert heading(page) == "Ble rydych chi'n edrych?" and 'lang="cy"' in page.text
    page = await press(browser, f"{QUIZ}/questions/1", choices="face")
    assert heading(page) == "Beth sy'n helpu?"


async def test_a_module_without_the_language_is_shown_in_its_own_and_says_so(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await browser.get(f"{COURSE}/hearing/first?language=cy")
    for path in ("first", "02-second", "film"):
        await press(browser, f"{COURSE}/hearing/{path}")
    await press(browser, f"{QUIZ}/begin")
    await press(browser, f"{QUIZ}/questions/1", choices="face")
    await press(browser, f"{QUIZ}/questions/2", choices=["open", "quiet"])
    await press(browser, f"{QUIZ}/hand-in")
    await press(browser, f"{COURSE}/hearing/task", note="Gwrandewais.")
    page = await browser.get(f"{COURSE}/leading/01-plan")
    assert heading(page) == "Plan" and "ddim ar gael yn yr iaith hon eto (Cymraeg)" in words(page)
    assert '<article class="app-prose" lang="en">' in page.text


async def test_a_film_has_captions_a_size_and_all_its_words_and_does_not_start_by_itself(
    small_steps: str, browse: Browse
) -> None:
    page = await (await begun(browse)).get(f"{COURSE}/hearing/film")
    assert re.search(
        r'<track kind="captions" srclang="en" label="English" src="/courses/media/\w+" default>', page.text
    )
    assert re.search(r'<track kind="captions" srclang="cy"', page.text)
    assert "Film: 1 minute 30 seconds, 0.3 MB." in words(page) and "A leader says: hello." in words(page)
    assert "autoplay" not in page.text and 'preload="none"' in page.text


async def test_media_come_in_parts_to_people_of_the_unit_only(small_steps: str, browse: Browse) -> None:
    film = await Media.get(name="hearing/film.mp4")
    path = f"/courses/media/{film.sha256}"
    browser = await browse("amina")
    part = await browser.get(path, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, b"\x00\x00\x00\x18ftypmp")
    assert part.headers["content-range"] == "bytes 0-9/256000" and part.headers["content-type"] == "video/mp4"
    assert (await (await browse("")).get(path)).status_code == 303
    assert (await browser.get("/courses/media/unknown")).status_code == 404


@pytest.mark.by_hand
async def test_script_that_got_into_the_database_is_not_shown(small_steps: str, browse: Browse) -> None:
    page = await Activity.get(slug="first")
    page.content["en"]["html"] += "<script>alert(1)</script><p onclick='x'>Still here.</p>"
    await page.save(update_fields=["content"])
    shown = await (await begun(browse)).get(f"{COURSE}/hearing/first")
    assert "<p>Still here.</p>" in shown.text and "alert(1)" not in shown.text


@pytest.mark.by_hand
async def test_another_central_unit_has_neither_the_course_nor_its_media(small_steps: str, browse: Browse) -> None:
    other = await CentralUnit.create(slug="apart", name="Apart")
    person = await Person.create(id=known("zoe"), unit=other, name="Zoe Other", created=NOW)
    await Membership.create(person=person, role="central", starts=NOW.date())
    await Membership.create(person=person, role="trainee", starts=NOW.date())
    browser, film = await browse("zoe"), await Media.get(name="hearing/film.mp4")
    paths = (f"/courses/media/{film.sha256}", COURSE, f"{COURSE}/hearing/first", f"{COURSE}/learners")
    assert [(await browser.get(path)).status_code for path in paths] == [404] * 4
    assert "Small steps" not in words(await browser.get("/courses"))


async def test_a_picture_on_a_page_is_found_from_there(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    page = await browser.get(f"{COURSE}/hearing/first")
    address = re.findall(r'<img[^>]*src="([^"]+)"', page.text)[0]
    picture = await browser.get(str(page.url.join(address)))
    assert picture.headers["content-type"] == "image/png" and picture.status_code == 200
    onward = re.findall(r'<a[^>]*href="(\.\./[^"]+)"', page.text)[0]
    assert heading(await browser.get(str(page.url.join(onward)))) == "Wait"


async def test_a_page_shows_who_helps_at_ones_own_site_and_else_says_whom_to_ask(
    tmp_path: Path, cast: Callable[[str], Awaitable[Actor]], settings: Settings, browse: Browse
) -> None:
    asks = "Before.\n\n{{ safeguarding lead }}\n\nBetween.\n\n{{ help lines }}"
    changes: dict[str, str | bytes | None] = {
        "hearing/01-first.md": PAGE.format(title="Who helps", heading="Help", text=f"{asks}\n\n![A](chair.png)"),
        "hearing/01-first.cy.md": PAGE.format(title="Pwy", heading="Help", text=asks),
    }
    await load(write(tmp_path, changes), actor=await cast("farah"), now=NOW, storage=settings.storage)
    browser = await begun(browse)
    page = await browser.get(f"{COURSE}/hearing/first")
    assert (
        "Before. Your named person (safeguarding lead) Meena Shah 029 2018 0117 (Riverside Family Centre) Between."
        in words(page)
    )
    assert 'href="tel:02920180117"' in page.text and 'href="tel:02920180199"' in page.text
    assert "at weekends: 029 2018 0199 (Riverside Family Centre)" in words(page)
    welsh = words(await browser.get(f"{COURSE}/hearing/first?language=cy"))
    assert "Y person a enwir (arweinydd diogelu) Meena Shah" in welsh and "Your named person" not in welsh
    at_harehills = await begun(browse, "marek")
    page = await at_harehills.get(f"{COURSE}/hearing/first")
    assert "No safeguarding lead is on record for your site yet. Ask whoever runs your groups" in words(page)
    assert "Meena" not in page.text


async def test_a_task_takes_a_file_that_its_owner_and_the_own_site_can_open(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    task = f"{COURSE}/hearing/task"
    sent = await browser.post(task, data={"note": "See <b>this</b>."}, files={"file": ("plan.pdf", b"%PDF-1.7 x")})
    page = await follow(browser, sent)
    assert "is not done yet. Still to do: 3 pages and 1 quiz." in words(page)
    page = await browser.get(task)
    assert "See <b>this</b>." in words(page) and "<b>this</b>" not in page.text
    path = re.findall(r'href="(/courses/entries/[^"]+)"', page.text)[0]
    mine = await browser.get(path)
    assert mine.content == b"%PDF-1.7 x" and "attachment" in mine.headers["content-disposition"]
    answers = {who: (await (await browse(who)).get(path)).status_code for who in ("chloe", "dara", "emre", "jude")}
    assert answers == {"chloe": 200, "dara": 200, "emre": 404, "jude": 404}


async def test_a_task_sent_empty_keeps_the_page_and_says_what_to_do(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    page = await browser.post(f"{COURSE}/hearing/task", data={"note": " "})
    assert page.status_code == 422 and page.text.count("Write a few words about what you did") == 2
    page = await browser.post(f"{COURSE}/hearing/task", data={"note": "Long work."}, files={"file": ("x.exe", b"MZ")})
    assert page.status_code == 422 and "Choose a photo, a PDF or a text document" in words(page)
    assert ">Long work.</textarea>" in page.text


@pytest.mark.parametrize("path", [f"{COURSE}/leading", f"{COURSE}/leading/01-plan"])
async def test_a_link_to_a_module_not_open_yet_leads_to_the_course_and_says_what_comes_first(
    small_steps: str, browse: Browse, path: str
) -> None:
    browser = await begun(browse)
    page = await follow(browser, await browser.get(path))
    assert page.url.path == COURSE and "This module is not open yet. First do the module: Hearing people." in words(
        page
    )
    assert "Opens when you have done: Hearing people" in words(page)
    assert (await browser.post(f"{COURSE}/leading/01-plan")).status_code == 403


async def test_coming_from_an_lms_begins_the_course_at_the_activity_asked_for(
    small_steps: str, browse: Browse, settings: Settings
) -> None:
    browser, token = await browse(""), "t" * 43
    registration, other = str(uuid4()), str(uuid4())
    lti = LtiContext(registration, "https://lms.example", "d1", context_id="c1", roles_in_context="learner")
    await open_session(known("amina"), token=token, now=datetime.now(UTC), lti=lti)
    browser.cookies.set(cookie_name(settings.secure), token)
    page = await browser.get(QUIZ)
    assert page.status_code == 200 and heading(page) == "Quiz"
    enrolment = await Enrolment.get(person_id=known("amina"))
    assert enrolment.came_by == lti.place != replace(lti, registration_id=other).place
    assert (await Fact.get(kind="course.started")).person_id == known("amina")


@pytest.mark.by_hand
async def test_the_list_of_learners_goes_on_where_a_page_ends_even_among_people_of_one_name(
    small_steps: str, browse: Browse
) -> None:
    version = await CourseVersion.get(number="1")
    for number in range(53):
        name = "Sam & Jo" if number > 40 else f"A {number:02}"
        person = await Person.create(unit_id=known("together"), name=name, created=NOW)
        await Enrolment.create(
            person=person, version=version, course_id=version.course_id, language="en", started=NOW, seen=NOW
        )
    browser = await browse("dara")
    first = await browser.get(f"{COURSE}/learners?state=doing")
    path = unescape(re.findall(r'rel="next" href="([^"]+)"', first.text)[0])
    second = await browser.get(path)
    counts = [page.text.count("Sam &amp; Jo</a>") for page in (first, second)]
    assert "53 people" in words(first) and counts == [9, 3]
    assert (await browser.get(f"{COURSE}/learners?after=nonsense")).status_code == 404


@pytest.mark.parametrize("path", ["/courses/none", f"{COURSE}/none", f"{COURSE}/hearing/none", f"{QUIZ}/questions/9"])
async def test_what_is_not_there_is_not_found(small_steps: str, browse: Browse, path: str) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("path", [f"{COURSE}/hearing", f"{COURSE}/hearing/first", QUIZ])
async def test_before_the_course_is_begun_its_pages_lead_to_where_it_begins(
    small_steps: str, browse: Browse, path: str
) -> None:
    browser = await browse("jude")
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, COURSE)


@pytest.mark.parametrize(("who", "sees"), [("chloe", True), ("dara", True), ("emre", False)])
async def test_the_learners_of_a_course_are_shown_to_those_who_look_after_them(
    small_steps: str, browse: Browse, who: str, sees: bool
) -> None:
    await begun(browse)
    browser = await browse(who)
    page = await browser.get(f"{COURSE}/learners")
    assert page.status_code == 200 and ("Amina" in words(page).split("People on")[-1]) is sees
    done = await browser.get(f"{COURSE}/learners?state=done")
    assert "0 people" in words(done)
    of = await browser.get(f"/courses/of/{known('amina')}")
    assert of.status_code == (200 if sees else 404)


async def test_a_trainee_does_not_see_who_else_learns(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    assert (await browser.get(f"{COURSE}/learners")).status_code == 403
    assert (await browser.get(f"/courses/of/{known('jude')}")).status_code == 403


@pytest.mark.parametrize("number", ["0", "99", "x", "\u00b2", "9" * 5000])
async def test_a_question_that_is_not_there_is_not_found(small_steps: str, browse: Browse, number: str) -> None:
    browser = await begun(browse)
    for step in ("listening/01-hear", "listening/02-show"):
        await browser.post(f"{COURSE}/{step}")
    await browser.post(f"{QUIZ}/begin")
    assert (await browser.get(f"{QUIZ}/questions/{number}")).status_code == 404


async def test_a_page_of_an_earlier_try_changes_nothing_and_says_so(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    await press(browser, f"{QUIZ}/begin")
    stale_question = sent_by(await browser.get(f"{QUIZ}/questions/1"))
    for number, choice in (("1", "phone"), ("2", "open")):
        await press(browser, f"{QUIZ}/questions/{number}", choices=choice)
    stale_check = sent_by(await browser.get(f"{QUIZ}/check"))
    await press(browser, f"{QUIZ}/hand-in", **stale_check)
    await press(browser, f"{QUIZ}/begin")
    for number, choice in (("1", "face"), ("2", "open")):
        form = sent_by(await browser.get(f"{QUIZ}/questions/{number}"))
        await press(browser, f"{QUIZ}/questions/{number}", choices=choice, **form)

    told = await browser.post(f"{QUIZ}/questions/1", data=stale_question | {"choices": "phone"})
    assert told.status_code == 409
    assert "That page was of try 1, which is handed in. Nothing was changed." in words(told)
    assert "You are at try 2 now." in words(told)
    shown = await press(browser, f"{QUIZ}/hand-in", **stale_check)
    assert shown.url.path == f"{QUIZ}/results/1"
    second = await QuizAttempt.get(number=2)
    assert second.state == "open"
    assert (await Answer.get(attempt=second, question="eyes")).choices == ["face"]


def sent_by(shown: httpx2.Response) -> dict[str, str]:
    """What a page sends along with its form."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.text)
    assert found, shown.text
    return dict(found)


@pytest.mark.parametrize("size", [10_500_000, 40_000_000])
async def test_a_file_that_is_too_large_loses_no_word(small_steps: str, browse: Browse, size: int) -> None:
    browser = await begun(browse)
    sent = {
        "data": {"note": "I tried it with my sister."},
        "files": {"file": ("big.jpg", b"\xff\xd8\xff" + bytes(size))},
    }
    answer = await browser.post(f"{COURSE}/hearing/task", **sent)
    assert (answer.status_code, "Choose a file of 10 MB or less" in words(answer)) == (422, True)
    assert "I tried it with my sister." in answer.text
    assert await TaskEntry.all().count() == 0


async def test_a_photo_is_taken_for_what_its_bytes_say(small_steps: str, browse: Browse) -> None:
    browser, task = await begun(browse), f"{COURSE}/hearing/task"
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    for name, content in (("IMG_1.HEIC", JPEG), ("IMG_2.HEIC", heic), ("IMG_3.jpg", heic)):
        await press(browser, task, note=name)
        answer = await browser.post(task, data={"note": name}, files={"file": (name, content)})
        assert answer.status_code == 303, name
    kept = dict(await TaskEntry.exclude(stored="").values_list("note", "file_name"))
    assert kept == {"IMG_1.HEIC": "IMG_1.jpg", "IMG_2.HEIC": "IMG_2.HEIC", "IMG_3.jpg": "IMG_3.heic"}
    assert words(await browser.get(task)).count("This is a photo as iPhones keep them") == 2
    for name, content in (("film.heic", b"\0\0\0\x18ftypisom\0\0\0\0"), ("run.png", b"MZ"), ("a.docx", b"PK\x03\x04")):
        refused = await browser.post(task, data={"note": "Here."}, files={"file": (name, content)})
        assert (refused.status_code, "Here." in refused.text) == (422, True), name


async def test_what_was_handed_in_is_read_by_those_who_look_after_the_person(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    sent = {"data": {"note": "I tried it with my sister."}, "files": {"file": ("photo.jpg", JPEG)}}
    assert (await browser.post(f"{COURSE}/hearing/task", **sent)).status_code == 303
    path = f"/courses/of/{known('amina')}"
    for who, sees in (("chloe", True), ("dara", True), ("emre", False), ("nadia", False)):
        staff = await browse(who)
        answer = await staff.get(path)
        assert ("I tried it with my sister." in answer.text) is sees, who
        file = re.search(r"/courses/entries/[0-9a-f-]+", (await (await browse("chloe")).get(path)).text)
        assert ((await staff.get(file[0])).status_code == 200) is sees, who


async def test_a_page_is_welsh_or_english_from_top_to_bottom(small_steps: str, browse: Browse) -> None:
    browser = await begun(browse)
    browser.cookies.set("language", "cy")
    await browser.post(f"{QUIZ}/begin")
    own = [f"{COURSE}{rest}?language=cy" for rest in ("", "/hearing/first", "/hearing/film", "/hearing/task")]
    asked = [f"{QUIZ}{rest}?language=cy" for rest in ("", "/questions/1", "/check")]
    for path, language in {**dict.fromkeys(["/courses", *own, *asked], "cy"), "/people/choose": "en"}.items():
        page = (await browser.get(path)).text
        assert f'<html lang="{language}"' in page, path
        if language == "cy":
            main = page.partition("<main")[2].partition("app-print")[0]
            said = re.sub(r'<(\w+)[^>]* lang="en".*?</\1>|<[^>]+>', " ", main, flags=re.DOTALL)
            assert not ENGLISH.search(said), (path, ENGLISH.search(said), said)
