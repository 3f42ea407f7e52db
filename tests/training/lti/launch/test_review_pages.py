"""Submission review, the data privacy launch, and the messages that nobody supports."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.courses.conftest import small_steps
from tests.training.lti.conftest import Side
from tests.training.lti.forging import GONE, claim, honest
from training.demo.cast import known
from training.demo.lms.world import PlacedLink
from training.lti.models import Context
from training.lti.resources import Attempt
from training.people.actor import LtiContext
from training.people.models import Session

__all__ = ["small_steps"]

SMALL = "/courses/small-steps"


async def visited(side: Side, kind: str, sub: str = "tutor", **claims: Any) -> httpx2.Response:
    query = await side.begin(sub)
    forged = honest(side.world, query["nonce"], sub)
    for name, value in {"message_type": kind, **claims}.items():
        claim("https://purl.imsglobal.org/spec/lti/claim/for_user" if name == "for_user" else name, value)(forged)
    return await side.post(forged.write(), query["state"])


@pytest.fixture
async def marked(side: Side) -> Side:
    """Amina has opened the course, and the roof shows one try of hers."""
    await side.launch()

    async def attempts(person_id: Any, path: str, place: str) -> list[Attempt]:
        assert (person_id, path) == (known("amina"), "/courses/leading-a-parenting-group")
        sessions = await Session.filter(lti__isnull=False)
        assert place in {LtiContext(**session.lti).place for session in sessions} - {""}
        return [Attempt("Quiz", sessions[0].created, "8 of 10, passed")]

    side.service.state.resources = replace(side.service.state.resources, attempts=attempts)
    return side


async def test_a_teacher_sees_the_tries_of_a_learner_of_the_course(marked: Side) -> None:
    answer = await visited(marked, "LtiSubmissionReviewRequest", for_user={"user_id": "amina"})
    page = await marked.browser.get(answer.headers["location"])
    assert page.status_code == 200 and "Amina Yusuf" in page.text and "8 of 10, passed" in page.text


async def test_a_learner_sees_the_own_tries_and_nobody_elses(marked: Side) -> None:
    answer = await visited(marked, "LtiSubmissionReviewRequest", "amina", for_user={"user_id": "amina"})
    assert (await marked.browser.get(answer.headers["location"])).status_code == 200
    refused = await visited(marked, "LtiSubmissionReviewRequest", "grace", for_user={"user_id": "amina"})
    assert refused.headers["X-Refusal"] == "role_not_allowed"
    await marked.launch("grace")
    assert (await marked.browser.get(answer.headers["location"])).status_code == 403


async def test_the_pretend_lms_sends_every_message(marked: Side) -> None:
    ways = {
        ("tutor", "review:amina:a-course"): "/lti/review?of=amina&path=%2Fcourses%2Fleading-a-parenting-group",
        ("grace", "privacy"): "/lti/privacy",
        ("grace", "proctoring"): "message_type_unsupported",
        ("grace", "review:amina:a-course"): "role_not_allowed",
    }
    for (sub, hint), goal in ways.items():
        query = await marked.begin(sub, lti_message_hint=hint)
        answer = await marked.post(await marked.token_for(query), query["state"])
        assert answer.headers.get("location", answer.headers.get("X-Refusal")) == goal, hint


async def test_a_teacher_who_came_by_another_launch_sees_learners_of_that_course_only(marked: Side) -> None:
    page = "/lti/review?of=amina&path=/courses/leading-a-parenting-group"
    await marked.launch("tutor")
    assert (await marked.browser.get(page)).status_code == 200
    await visited(marked, "LtiResourceLinkRequest", context={"id": "course-2"})
    assert (await marked.browser.get(page)).status_code == 404
    async with marked.another_browser() as stranger:
        assert (await stranger.get(page)).status_code == 303


async def test_a_teacher_of_another_course_sees_nothing(marked: Side) -> None:
    elsewhere = {"id": "course-2", "title": "Another course"}
    answer = await visited(marked, "LtiSubmissionReviewRequest", context=elsewhere, for_user={"user_id": "amina"})
    assert (await marked.browser.get(answer.headers["location"])).status_code == 404


async def test_outside_of_any_course_a_teacher_sees_nobody(side: Side) -> None:
    for sub in ("amina", "tutor"):
        answer = await visited(side, "LtiResourceLinkRequest", sub, context=GONE)
        assert answer.status_code == 303
    assert (await side.browser.get("/lti/review?of=amina&path=/courses")).status_code == 403


async def _takes_the_quiz(browser: httpx2.AsyncClient) -> None:
    quiz = f"{SMALL}/hearing/quiz"
    steps: list[tuple[str, dict[str, Any]]] = [
        (f"{SMALL}/start", {}),
        *[(f"{SMALL}/hearing/{page}", {}) for page in ("first", "02-second", "film")],
        (f"{quiz}/begin", {}),
        (f"{quiz}/questions/1", {"choices": "face"}),
        (f"{quiz}/questions/2", {"choices": ["open", "quiet"]}),
        (f"{quiz}/hand-in", {}),
    ]
    for path, form in steps:
        answer = await browser.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 303, path


async def test_the_quiz_that_a_learner_took_in_the_course_is_what_its_teacher_sees(
    side: Side, small_steps: str, browse: Any
) -> None:
    side.world.place(PlacedLink("small", "Small steps", SMALL), graded=True)
    await _takes_the_quiz(await browse("amina"))  # by herself, without the LMS
    await side.launch("amina", "small")
    await side.launch("grace", "small")
    await _takes_the_quiz(side.browser)
    seen = {}
    for sub in ("grace", "amina"):
        query = await side.begin("tutor", lti_message_hint=f"review:{sub}:small")
        answer = await side.post(await side.token_for(query), query["state"])
        seen[sub] = (await side.browser.get(answer.headers["location"])).text
    assert "2 of 2, passed (try 1)" in seen["grace"] and "Grace Hall" in seen["grace"]
    assert "Nothing was handed in yet" in seen["amina"]


@pytest.mark.parametrize(
    ("for_user", "code"),
    [
        (GONE, "claim_missing:https://purl.imsglobal.org/spec/lti/claim/for_user"),
        ("amina", "claim_type:https://purl.imsglobal.org/spec/lti/claim/for_user"),
        ({}, "claim_missing:https://purl.imsglobal.org/spec/lti/claim/for_user.user_id"),
    ],
)
async def test_a_review_must_say_of_whom(marked: Side, for_user: Any, code: str) -> None:
    refused = await visited(marked, "LtiSubmissionReviewRequest", for_user=for_user)
    assert refused.headers["X-Refusal"] == code


async def test_a_data_privacy_launch_shows_what_we_keep(side: Side) -> None:
    answer = await visited(
        side, "LtiDataPrivacyLaunchRequest", "grace", resource_link=GONE, target_link_uri=GONE, context=GONE
    )
    assert answer.headers["location"] == "/lti/privacy"
    page = await side.browser.get("/lti/privacy")
    assert "Grace Hall" in page.text and "What we keep" in page.text
    assert (await Context.get()).context_id == ""


@pytest.mark.parametrize(
    "kind",
    [
        "LtiStartProctoring",
        "LtiEndAssessment",
        "LtiAssetProcessorSettingsRequest",
        "LtiEulaRequest",
        "basic-lti-launch-request",
        "LtiDeepLinkingResponse",
    ],
)
async def test_other_messages_are_refused_by_name(side: Side, kind: str) -> None:
    refused = await visited(side, kind)
    assert refused.headers["X-Refusal"] == "message_type_unsupported" and "not supported" in refused.text
