"""A teacher places activities of ours into a course of the LMS, and learners open them."""

from dataclasses import replace
from typing import Any

import httpx2
import jwt
import pytest

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side, field
from tests.training.lti.forging import GONE, LTI, Forged, claim, honest
from training.demo.lms.choosing import DATA, DL, HINT, request_claims
from training.lti.launch.deep_linking import Offer
from training.lti.launch.models import DeepLinkingSession
from training.lti.models import LaunchTrace, ResourceLink
from training.people.actor import Actor
from training.people.models import Person, Session

OFFERS = [
    Offer("/courses/a", "Course A", "Course", "All of it", 100),
    Offer("/courses/a/b/quiz", "Quiz B", "Quiz", "", 100),
    Offer("/practice", "My practice", "Practice"),
]


@pytest.fixture
async def teacher(side: Side) -> Side:
    async def offers(actor: Actor) -> list[Offer]:
        return OFFERS

    side.service.state.resources = replace(side.service.state.resources, offers=offers)
    return side


async def asked(side: Side, sub: str = "tutor", **settings: Any) -> httpx2.Response:
    query = await side.begin(sub, "a-course", lti_message_hint=HINT)
    claims = request_claims(side.world, side.world.users[sub], nonce=query["nonce"])
    changed = claims[f"{DL}deep_linking_settings"] | settings
    claims[f"{DL}deep_linking_settings"] = {name: value for name, value in changed.items() if value is not GONE}
    return await side.post(Forged(side.world, claims).write(), query["state"])


async def chosen(side: Side, place: str, **form: Any) -> httpx2.Response:
    return await side.browser.post(place, data=form, headers={"Sec-Fetch-Site": "same-origin"})


async def answer(side: Side, form: dict[str, Any], **settings: Any) -> dict[str, Any]:
    place = (await asked(side, **settings)).headers["location"]
    page = await chosen(side, place, **form)
    assert page.status_code == 200, page.text
    return jwt.decode(field(page.text, "JWT"), options={"verify_signature": False})


async def test_a_teacher_places_activities_and_a_learner_opens_one(teacher: Side) -> None:
    place = (await asked(teacher)).headers["location"]
    picker = await teacher.browser.get(place)
    assert picker.status_code == 200 and "Quiz B" in picker.text
    back = await chosen(teacher, place, path=["/courses/a", "/courses/a/b/quiz"])
    async with httpx2.AsyncClient() as visitor:
        accepted = await visitor.post(f"{teacher.world.base_url}/placed", data={"JWT": field(back.text, "JWT")})
    assert accepted.status_code == 303, accepted.text
    quiz = next(one for one in teacher.world.activities.values() if one.title == "Quiz B")
    column = teacher.world.line_items[quiz.line_item]
    assert (column.maximum, column.resource_id, column.tag) == (100, "/courses/a/b/quiz", "Quiz")
    launched = await teacher.launch("grace", quiz.id)
    assert launched.headers["location"] == "/courses/a/b/quiz"


async def test_the_answer_says_what_the_standard_wants(teacher: Side) -> None:
    claims = await answer(teacher, {"path": "/courses/a"})
    assert (claims["iss"], claims["aud"]) == ("training", teacher.world.base_url)
    assert claims["exp"] - claims["iat"] >= 300 and claims["nonce"]
    assert claims[f"{LTI}message_type"] == "LtiDeepLinkingResponse" and claims[f"{LTI}deployment_id"] == "demo-1"
    assert claims[f"{DL}data"] == DATA
    item = claims[f"{DL}content_items"][0]
    assert (item["type"], item["title"], item["url"]) == ("ltiResourceLink", "Course A", f"{ORIGIN}/courses/a")
    assert item["lineItem"]["scoreMaximum"] == 100 and item["custom"] == {"training_target": "/courses/a"}


async def test_data_is_echoed_if_and_only_if_it_was_given(teacher: Side) -> None:
    assert f"{DL}data" not in await answer(teacher, {"path": "/courses/a"}, data=GONE)
    assert (await answer(teacher, {"path": "/courses/a"}, data=""))[f"{DL}data"] == ""


async def test_no_column_is_asked_for_where_it_would_be_ignored(teacher: Side) -> None:
    claims = await answer(teacher, {"path": "/courses/a"}, accept_lineitem=False)
    assert "lineItem" not in claims[f"{DL}content_items"][0]


async def test_submission_review_is_offered_where_it_is_accepted(teacher: Side) -> None:
    claims = await answer(teacher, {"path": "/courses/a"}, accept_submission_review=True)
    assert "submissionReview" in claims[f"{DL}content_items"][0]["lineItem"]


async def test_one_activity_is_the_most_where_several_are_not_accepted(teacher: Side) -> None:
    place = (await asked(teacher, accept_multiple=GONE)).headers["location"]
    assert 'type="radio"' in (await teacher.browser.get(place)).text
    page = await chosen(teacher, place, path=["/courses/a", "/practice"])
    assert page.status_code == 422 and "one at a time" in page.text


async def test_choosing_nothing_is_said_and_nothing_is_sent(teacher: Side) -> None:
    place = (await asked(teacher)).headers["location"]
    page = await chosen(teacher, place, other="x")
    assert page.status_code == 422 and "Choose an activity" in page.text
    assert (await DeepLinkingSession.get()).answer == ""


async def test_what_is_not_on_offer_cannot_be_placed(teacher: Side) -> None:
    place = (await asked(teacher)).headers["location"]
    assert (await chosen(teacher, place, path="https://evil.example/")).status_code == 422


async def test_cancelling_sends_an_empty_list_with_a_message(teacher: Side) -> None:
    claims = await answer(teacher, {"cancel": "yes"})
    assert claims[f"{DL}content_items"] == [] and claims[f"{DL}msg"]


async def test_submitting_twice_gives_one_answer(teacher: Side) -> None:
    place = (await asked(teacher)).headers["location"]
    first = await chosen(teacher, place, path="/courses/a")
    second = await chosen(teacher, place, path="/practice")
    assert field(first.text, "JWT") == field(second.text, "JWT")


@pytest.mark.parametrize(
    ("sub", "changed", "code"),
    [
        ("grace", {}, "role_not_allowed"),
        ("tutor", {"accept_types": ["link"]}, "dl_type_not_accepted"),
        ("tutor", {"accept_types": GONE}, "dl_type_not_accepted"),
        ("tutor", {"accept_types": "ltiResourceLink"}, f"claim_type:{DL}deep_linking_settings.accept_types"),
        ("tutor", {"deep_link_return_url": GONE}, f"claim_missing:{DL}deep_linking_settings.deep_link_return_url"),
        (
            "tutor",
            {"deep_link_return_url": "javascript:x"},
            f"claim_type:{DL}deep_linking_settings.deep_link_return_url",
        ),
        ("tutor", {"data": {}}, f"claim_type:{DL}deep_linking_settings.data"),
    ],
)
async def test_a_request_that_we_cannot_answer_is_refused(
    teacher: Side, sub: str, changed: dict[str, Any], code: str
) -> None:
    people = await Person.all().count()
    refused = await asked(teacher, sub, **changed)
    assert (refused.status_code, refused.headers["X-Refusal"]) == (403 if code == "role_not_allowed" else 400, code)
    trace = await LaunchTrace.get()
    assert trace.outcome == code and trace.reference in refused.text
    assert not await Session.all().exists() and await Person.all().count() == people
    assert not await DeepLinkingSession.all().exists()


async def test_a_request_without_settings_is_refused(teacher: Side) -> None:
    query = await teacher.begin("tutor", "a-course")
    claims = request_claims(teacher.world, teacher.world.users["tutor"], nonce=query["nonce"])
    del claims[f"{DL}deep_linking_settings"]
    answered = await teacher.post(Forged(teacher.world, claims).write(), query["state"])
    assert answered.headers["X-Refusal"] == f"claim_missing:{DL}deep_linking_settings"


async def test_a_choice_is_open_to_the_one_who_began_it(teacher: Side) -> None:
    place = (await asked(teacher)).headers["location"]
    await teacher.launch("grace")
    assert (await teacher.browser.get(place)).status_code == 404


async def test_a_copied_link_without_our_address_still_knows_where_to(teacher: Side) -> None:
    query = await teacher.begin("grace", "a-course", target_link_uri=f"{ORIGIN}/lti/launch")
    forged = honest(teacher.world, query["nonce"], "grace")
    for change in (
        claim("target_link_uri", f"{ORIGIN}/lti/launch"),
        claim("resource_link", {"id": "a copy"}),
        claim("custom", {"Training_Target": "/courses/a/b/quiz", "training_target": "/courses/a/b/quiz"}),
    ):
        change(forged)
    launched = await teacher.post(forged.write(), query["state"])
    assert launched.headers["location"] == "/courses/a/b/quiz"
    assert (await ResourceLink.get(resource_link_id="a copy")).target == "/courses/a/b/quiz"
