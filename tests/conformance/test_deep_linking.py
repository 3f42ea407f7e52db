"""The certification cases of Deep Linking 2.0: the request that a tool takes and the response that it must give.

Source: LTI Advantage Conformance Certification Guide, Deep Linking tool tests; Deep Linking 2.0.
"""

from typing import Any

import httpx2
import jwt
import pytest

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side, field
from tests.training.lti.forging import LTI, Forged
from training.demo.lms.choosing import DATA, DL, HINT, request_claims


@pytest.fixture
async def response(side: Side) -> dict[str, Any]:
    """Gives the claims of the response to a request of a teacher who chose the first activity on offer."""
    token = await answered(side)
    key = jwt.PyJWK((await side.browser.get("/.well-known/jwks.json")).json()["keys"][0])
    return jwt.decode(token, key, ["RS256"], audience=side.world.base_url)


async def answered(side: Side) -> str:
    query = await side.begin("tutor", "a-course", lti_message_hint=HINT)
    claims = request_claims(side.world, side.world.users["tutor"], nonce=query["nonce"])
    opened = await side.post(Forged(side.world, claims).write(), query["state"])
    assert opened.status_code == 303, opened.headers.get("X-Refusal")
    page = await side.browser.post(
        opened.headers["location"], data={"path": "/pathways"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    return field(page.text, "JWT")


async def test_the_platform_accepts_the_response_and_places_the_activity(side: Side) -> None:
    """The response is posted in the field JWT to the return address of the request, which accepts it."""
    async with httpx2.AsyncClient() as visitor:
        taken = await visitor.post(f"{side.world.base_url}/placed", data={"JWT": await answered(side)})
    assert taken.status_code == 303 and len(side.world.activities) == 6


async def test_the_response_is_signed_with_our_published_key(response: dict[str, Any]) -> None:
    """The response is a JWT signed with RS256 and a key of our key set. Source: Security Framework 1.0, 5.2."""
    assert response


async def test_issuer_audience_and_times(side: Side, response: dict[str, Any]) -> None:
    """Our client id as iss, the platform's issuer as aud, exp after iat, a nonce. Source: Deep Linking 2.0, 4.5."""
    assert (response["iss"], response["aud"]) == ("training", side.world.base_url)
    assert response["exp"] > response["iat"] and response["nonce"]


async def test_message_type_version_and_deployment(response: dict[str, Any]) -> None:
    """The message type is LtiDeepLinkingResponse, the version 1.3.0, the deployment that of the request."""
    assert response[f"{LTI}message_type"] == "LtiDeepLinkingResponse"
    assert (response[f"{LTI}version"], response[f"{LTI}deployment_id"]) == ("1.3.0", "demo-1")


async def test_data_of_the_request_is_in_the_response(response: dict[str, Any]) -> None:
    """The data claim must be returned as it was sent if it was sent."""
    assert response[f"{DL}data"] == DATA


async def test_the_placed_item_is_an_lti_resource_link(response: dict[str, Any]) -> None:
    """An item has a type that the request accepts, and a link of type ltiResourceLink leads to our own address."""
    item = response[f"{DL}content_items"][0]
    assert item["type"] == "ltiResourceLink" and item["url"] == f"{ORIGIN}/pathways" and item["title"]


async def test_a_line_item_travels_with_a_graded_item(response: dict[str, Any]) -> None:
    """A line item has a scoreMaximum, and may have a label, a resourceId and a tag."""
    column = response[f"{DL}content_items"][0]["lineItem"]
    assert column["scoreMaximum"] > 0 and column.keys() >= {"label", "resourceId", "tag"}


async def test_a_learner_may_not_place_activities(side: Side) -> None:
    """A deep linking request of somebody who is no instructor is refused."""
    query = await side.begin("grace", "a-course", lti_message_hint=HINT)
    claims = request_claims(side.world, side.world.users["grace"], nonce=query["nonce"])
    answer = await side.post(Forged(side.world, claims).write(), query["state"])
    assert answer.headers["X-Refusal"] == "role_not_allowed"
