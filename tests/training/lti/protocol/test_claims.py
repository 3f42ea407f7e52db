"""What platforms write in other ways than the standard, and is read nevertheless; and what is still refused."""

from typing import Any

import pytest

from tests.training.lti.conftest import Side
from tests.training.lti.forging import LTI, claim, honest
from training.lti.models import Context, Identity, ResourceLink
from training.lti.protocol.claims import AGS, NRPS, PNS
from training.people.models import Person, Session

LIS = f"{LTI}lis"
ABSENT = ("custom", "context", "tool_platform", "launch_presentation", AGS, NRPS, PNS, LIS, f"{LTI}lti1p1")


async def launched(side: Side, sub: str = "grace", **claims: Any) -> Any:
    query = await side.begin(sub)
    forged = honest(side.world, query["nonce"], sub)
    for name, value in claims.items():
        claim(name, value)(forged)
    return await side.post(forged.write(), query["state"])


@pytest.mark.parametrize("name", ABSENT)
async def test_an_empty_array_of_a_php_platform_is_an_absent_claim(side: Side, name: str) -> None:
    answer = await launched(side, **{name: []})
    assert answer.status_code == 303, answer.headers.get("X-Refusal")
    if name == "context":
        assert (await Context.get()).context_id == ""
    if name == AGS:
        assert (await ResourceLink.get()).line_items_url == ""


async def test_all_of_them_at_once_are_absent(side: Side) -> None:
    assert (await launched(side, **{name: [] for name in ABSENT})).status_code == 303


async def test_an_empty_array_in_place_of_what_must_be_there_is_missing(side: Side) -> None:
    answer = await launched(side, resource_link=[])
    assert answer.headers["X-Refusal"] == f"claim_missing:{LTI}resource_link"


async def test_scopes_in_one_text_are_read_as_oauth_writes_them(side: Side) -> None:
    told = {"scope": "https://one.example/a  https://one.example/b", "lineitems": side.world.line_items_url}
    assert (await launched(side, **{AGS: told})).status_code == 303
    assert (await ResourceLink.get()).scopes == ["https://one.example/a", "https://one.example/b"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("roles", "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor", f"claim_type:{LTI}roles"),
        ("roles", {}, f"claim_type:{LTI}roles"),
        ("deployment_id", 1, f"claim_type:{LTI}deployment_id"),
        ("custom", ["x"], f"claim_type:{LTI}custom"),
        ("context", "course", f"claim_type:{LTI}context"),
        (AGS, {"scope": [1]}, f"claim_type:{AGS}.scope"),
        ("launch_presentation", {"locale": 7}, f"claim_type:{LTI}launch_presentation.locale"),
    ],
)
async def test_what_has_another_type_is_refused_by_its_name(side: Side, name: str, value: Any, code: str) -> None:
    assert (await launched(side, **{name: value})).headers["X-Refusal"] == code
    assert not await Session.all().exists()


@pytest.mark.parametrize(
    ("shown", "account", "language"),
    [("cy-GB", "en-GB", "cy"), ("en", "cy", "en"), (None, "cy", "cy"), ("pl", None, "en"), ("", "cy_GB", "cy")],
)
async def test_the_language_in_which_the_lms_shows_itself_is_that_of_the_session(
    side: Side, shown: str | None, account: str | None, language: str
) -> None:
    claims = {"launch_presentation": {"locale": shown} if shown is not None else {}, "locale": account}
    assert (await launched(side, **claims)).status_code == 303
    person = await Person.get(id=(await Identity.get(sub="grace")).person_id)
    assert person.language == language
    assert f'data-language="{language}"' in (await side.browser.get("/practice")).text


async def test_who_is_known_here_reads_the_language_of_this_launch(side: Side) -> None:
    assert (await launched(side, launch_presentation={"locale": "en"})).status_code == 303
    await launched(side, launch_presentation={"locale": "cy"})
    assert 'data-language="cy"' in (await side.browser.get("/practice")).text
    assert (await Person.get(id=(await Identity.get(sub="grace")).person_id)).language == "en"  # their own choice stays
