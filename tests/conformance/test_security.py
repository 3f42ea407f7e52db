"""The cases of the 1EdTech Security Framework 1.0/1.1 that concern a tool's login and launch."""

from urllib.parse import parse_qsl, urlsplit

from tests.training.lti.conftest import Side
from tests.training.lti.forging import claim, honest, signed_by_stranger, unsigned


async def test_the_authentication_request_has_the_parameters_of_the_standard(side: Side) -> None:
    """Scope openid, response type id_token, mode form_post, prompt none, and the hints back. Source: 5.1.1.2."""
    asked = {
        "iss": side.world.base_url,
        "login_hint": "a",
        "lti_message_hint": "b",
        "client_id": "training",
        "target_link_uri": "http://testserver/courses",
    }
    answer = await side.browser.get("/lti/login", params=asked)
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    fixed = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "training",
        "redirect_uri": "http://testserver/lti/launch",
        "login_hint": "a",
        "lti_message_hint": "b",
    }
    assert answer.status_code == 302 and fixed.items() <= query.items()
    assert query.keys() - fixed.keys() == {"state", "nonce"}


async def test_a_token_without_a_valid_signature_is_refused(side: Side) -> None:
    """The signature is checked with the platform's published key; no unsigned token is taken. Source: 5.1.3."""
    for change in (signed_by_stranger(), unsigned):
        query = await side.begin()
        forged = honest(side.world, query["nonce"])
        change(forged)
        assert (await side.post(forged.write(), query["state"])).status_code == 401


async def test_issuer_audience_and_azp_are_checked(side: Side) -> None:
    """iss must be the platform, aud must contain us and nobody unknown, azp must be us. Source: 5.1.3, steps 2 to 5."""
    for change, code in (
        (claim("iss", "https://other.example"), "issuer_mismatch"),
        (claim("aud", ["other"]), "audience_mismatch"),
        (claim("azp", "other"), "azp_mismatch"),
    ):
        query = await side.begin()
        forged = honest(side.world, query["nonce"])
        change(forged)
        assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == code


async def test_a_nonce_is_taken_once(side: Side) -> None:
    """The nonce must be the one of this login, and must not have been received before. Source: 5.1.3, step 9."""
    query = await side.begin()
    jar = dict(side.browser.cookies)
    token = honest(side.world, query["nonce"]).write()
    assert (await side.post(token, query["state"])).status_code == 303
    side.browser.cookies.update(jar)
    assert (await side.post(token, query["state"])).headers["X-Refusal"] == "nonce_used"


async def test_the_state_is_bound_to_the_browser(side: Side) -> None:
    """The launch must come from the browser that began the login. Source: 5.1.1.4; RFC 6749, 10.12."""
    query = await side.begin()
    token = honest(side.world, query["nonce"]).write()
    async with side.another_browser() as thief:
        assert (await side.post(token, query["state"], thief)).headers["X-Refusal"] == "state_missing"
