"""Dynamic registration: introduced once, approved by somebody here, and no way to reach private addresses."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.training.lti.conftest import Side
from training.demo.cast import known
from training.demo.lms.mischief import set_mischief
from training.facts import Fact
from training.lti import dynamic
from training.lti.models import Deployment, Registration
from training.lti.platform import LINE_ITEM
from training.lti.refusals import Refused
from training.lti.tool import Tool

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]


async def asked(side: Side, url: str = "", token: str = "let-me-in") -> httpx2.Response:
    query = {"openid_configuration": url or f"{side.world.base_url}/.well-known/openid-configuration"}
    return await side.browser.get("/lti/register", params=query | ({"registration_token": token} if token else {}))


async def made() -> Registration:
    return await Registration.get(client_id="tool-1")


async def test_an_lms_registers_us_and_somebody_here_approves_it(side: Side, browse: Browse) -> None:
    page = await asked(side)
    assert page.status_code == 200 and "has to approve" in page.text
    assert f'data-origin="{side.world.base_url}"' in page.text
    row = await made()
    assert (row.state, row.profile) == ("pending", "pretend")
    refused = await side.browser.get(
        "/lti/login",
        params={
            "iss": side.world.base_url,
            "client_id": "tool-1",
            "login_hint": "amina",
            "target_link_uri": "http://testserver/",
        },
    )
    assert refused.headers["X-Refusal"] == "issuer_unknown"
    farah = await browse("farah")
    assert "wants to be connected" in (await farah.get("/lti/console")).text
    assert (await farah.post(f"/lti/console/{row.id}/approve")).status_code == 303
    assert (await made()).state == "active"
    assert await Deployment.filter(registration_id=row.id).values_list("deployment_id", flat=True) == ["demo-1"]
    assert await Fact.filter(kind="registration.approved", actor_id=known("farah")).count() == 1


async def test_what_we_tell_is_what_the_standard_wants(side: Side) -> None:
    await asked(side)
    told = side.world.tools["tool-1"]
    assert (told["application_type"], told["token_endpoint_auth_method"]) == ("web", "private_key_jwt")
    assert told["grant_types"] == ["implicit", "client_credentials"] and told["response_types"] == ["id_token"]
    assert told["redirect_uris"] == ["http://testserver/lti/launch"] and LINE_ITEM in told["scope"].split()
    messages = told[dynamic.CONFIGURATION]["messages"]
    assert [one["type"] for one in messages] == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]


async def test_the_same_request_twice_makes_one_registration(side: Side) -> None:
    await asked(side)
    await asked(side)
    assert len(side.world.tools) == 1 and await Registration.filter(client_id="tool-1").count() == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/.well-known/openid-configuration",
        "https://10.0.0.1/c",
        "https://[::1]/c",
        "https://[::ffff:10.0.0.1]/c",
        "https://2130706434/c",
        "https://0x7f000002/c",
        "file:///etc/passwd",
        "https://user@lms.example/c",
        "https://lms.example:8443/c",
        "javascript:x",
        "nonsense",
    ],
)
async def test_a_private_or_odd_address_is_refused_with_the_same_words(side: Side, url: str) -> None:
    refused = await asked(side, url)
    assert (refused.status_code, refused.headers["X-Refusal"]) == (400, "registration_url_forbidden")
    assert "10.0.0.1" not in refused.text and not side.world.tools


async def test_without_a_configuration_there_is_nothing_to_register(side: Side) -> None:
    assert (await side.browser.get("/lti/register")).headers["X-Refusal"] == "login_param_missing"


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("configuration", "503"),
        ("configuration", "html"),
        ("configuration", "huge"),
        ("tools", "500"),
        ("tools", "html"),
        ("tools", "403"),
    ],
)
async def test_an_lms_that_does_not_play_along_is_told_and_nothing_is_kept(side: Side, where: str, what: str) -> None:
    set_mischief(side.world, {"where": where, "what": what})
    assert (await asked(side)).headers["X-Refusal"] == "registration_rejected"
    assert await Registration.all().count() == 1


async def test_a_redirect_to_another_host_is_refused(side: Side) -> None:
    set_mischief(side.world, {"where": "configuration", "what": "redirect"})
    assert (await asked(side)).headers["X-Refusal"] == "registration_url_forbidden"


async def test_a_wrong_registration_token_is_refused(side: Side) -> None:
    assert (await asked(side, token="wrong")).headers["X-Refusal"] == "registration_rejected"


GOOD: dict[str, Any] = {
    "issuer": "https://lms.example",
    "authorization_endpoint": "https://lms.example/a",
    "token_endpoint": "https://lms.example/t",
    "jwks_uri": "https://lms.example/j",
    "registration_endpoint": "https://lms.example/r",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"issuer": "https://lms.example.evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"authorization_endpoint": "https://lms.example/\n"},
        {"registration_endpoint": "x" * 2000},
    ],
)
def test_a_configuration_that_does_not_hold_together_is_refused(changed: dict[str, Any]) -> None:
    assert dynamic.read_configuration(GOOD, "https://lms.example/c").auth_url == "https://lms.example/a"
    with pytest.raises(Refused):
        dynamic.read_configuration(GOOD | changed, "https://lms.example/c")


async def test_an_lms_may_propose_changes_that_are_shown_and_taken_over(side: Side, browse: Browse) -> None:
    await asked(side)
    row = await made()
    await Registration.filter(id=row.id).update(state="active", asked_hash=None, jwks_url=f"{side.world.base_url}/old")
    side.world.tools.clear()
    page = await asked(side)
    assert "changes wait" in page.text
    farah = await browse("farah")
    shown = (await farah.get(f"/lti/console/{row.id}")).text
    assert f"{side.world.base_url}/old" in shown and "Take over these changes" in shown
    assert (await made()).jwks_url.endswith("/old")
    assert (await farah.post(f"/lti/console/{row.id}/accept")).status_code == 303
    assert (await made()).jwks_url == f"{side.world.base_url}/keys"
    assert (await farah.post(f"/lti/console/{row.id}/accept")).status_code == 409


async def test_our_newest_values_are_put_where_the_lms_takes_them(side: Side, browse: Browse) -> None:
    await asked(side)
    row = await made()
    assert "let-me-in" not in row.client_token  # kept encrypted
    tool: Tool = side.tool
    assert tool.show(row.client_token) == "let-me-in"
    side.world.tools.clear()
    assert (await (await browse("farah")).post(f"/lti/console/{row.id}/introduce")).status_code == 303
    assert side.world.tools["tool-1"]["client_id"] == "tool-1"
