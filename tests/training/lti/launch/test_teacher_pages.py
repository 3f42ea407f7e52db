"""What a teacher from an LMS sees: the learners of that course and how far they are; and a frame with a slim head."""

import re
from typing import Any

import httpx2

from tests.courses.conftest import small_steps
from tests.training.lti.conftest import Side
from tests.training.lti.launch.test_review_pages import SMALL, _takes_the_quiz, visited
from training.demo.lms.world import PlacedLink
from training.lti.models import Registration, Score

__all__ = ["small_steps"]

FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}


async def _came(side: Side, back: str) -> httpx2.Response:
    """Comes from a page of the LMS that says where it is."""
    told = {"document_target": "iframe", "return_url": back}
    return await visited(side, "LtiResourceLinkRequest", "grace", launch_presentation=told)


async def test_a_teacher_lands_on_the_learners_of_the_course(side: Side, small_steps: str) -> None:
    side.world.place(PlacedLink("small", "Small steps", SMALL), graded=True)
    await side.launch("grace", "small")
    await _takes_the_quiz(side.browser)
    answer = await side.launch("tutor", "small")
    assert answer.headers["location"] == "/lti/teach?path=%2Fcourses%2Fsmall-steps"
    page = await side.browser.get(answer.headers["location"])
    assert "Small steps: your learners" in page.text and "Grace Hall" in page.text
    assert re.search(r"In progress: \d of 2 modules done", page.text)
    work = re.search(r'href="(/lti/review[^"]+)"', page.text)
    assert work and "2 of 2, passed" in (await side.browser.get(work[1].replace("&amp;", "&"))).text


async def test_a_learner_sees_no_page_of_teachers(side: Side) -> None:
    await side.launch("grace")
    assert (await side.browser.get("/lti/teach?path=/courses/small-steps")).status_code == 403


async def test_a_result_from_before_a_place_was_opened_reaches_it(
    side: Side, small_steps: str, browse: Any, work: Any
) -> None:
    await _takes_the_quiz(await browse("amina"))
    quiz = f"{SMALL}/hearing/quiz"
    side.world.place(PlacedLink("new-term", "The quiz", f"{quiz}/?from=term"), graded=True)
    await side.launch("grace", "new-term")  # somebody else opens it first
    await work()
    assert await Score.all().count() == 0
    await side.launch("amina", "new-term")
    await work()
    score = await Score.get()
    assert (score.sub, score.given, score.maximum, score.state) == ("amina", 2, 2, "sent")
    query = await side.begin("tutor", "new-term", lti_message_hint="review:amina:new-term")
    answer = await side.post(await side.token_for(query), query["state"])
    review = await side.browser.get(answer.headers["location"])
    assert "2 of 2, passed" in review.text  # the work that the score stands for, though it was begun elsewhere
    side.world.place(PlacedLink("copied", "The quiz again", quiz), graded=True)
    await side.launch("grace", "copied")  # Amina has not opened the copy, and is known in the course
    await work()
    assert await Score.filter(sub="amina", given=2).count() == 2


async def test_in_a_frame_the_head_is_one_line_with_a_way_back(side: Side) -> None:
    answer = await _came(side, f"{side.world.base_url}/course/3")
    page = await side.browser.get(answer.headers["location"], headers=FRAMED, follow_redirects=True)
    name = (await Registration.get()).name
    assert f'href="{side.world.base_url}/course/3"' in page.text and f"Back to {name}" in page.text
    assert "app-header--framed" in page.text and page.text.count("<header") == 1
    alone = await side.browser.get(answer.headers["location"], follow_redirects=True)
    assert "app-header--framed" not in alone.text and "Back to" not in alone.text


async def test_the_way_back_leads_to_the_lms_and_nowhere_else(side: Side) -> None:
    answer = await _came(side, "https://evil.example/course/3")
    page = await side.browser.get(answer.headers["location"], headers=FRAMED, follow_redirects=True)
    assert "evil.example" not in page.text
