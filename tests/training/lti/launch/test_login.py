"""How a login begins and ends: parameters, registrations, the signed state, the browser, deployments and key sets."""

import dataclasses
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.conftest import ORIGIN
from tests.holding import nobody_waits
from tests.training.databases import emptied, made
from tests.training.lti.conftest import Side
from tests.training.lti.forging import GONE, claim, honest
from training.app.consequences import AFTER
from training.core import clock
from training.core.errors import Conflict
from training.demo.lms.mischief import set_mischief
from training.lti.models import Deployment, LaunchTrace, Nonce, Registration
from training.lti.protocol.login_state import Login, hash_browser_secret, sign_state, verify_state
from training.lti.registration import actions, approval
from training.lti.registration.actions import RegistrationEntry
from training.people.models import Session
from training.sites.models import CentralUnit
from training.trail import facts

ASKED = {"login_hint": "amina", "target_link_uri": "http://testserver/courses", "client_id": "training"}

LOGINS = {
    "no issuer": ({"iss": None}, "login_param_missing"),
    "an empty issuer": ({"iss": ""}, "login_param_missing"),
    "no login hint": ({"login_hint": None}, "login_param_missing"),
    "an empty login hint": ({"login_hint": ""}, "login_param_missing"),
    "no target": ({"target_link_uri": None}, "login_param_missing"),
    "an issuer nobody registered": ({"iss": "https://stranger.example"}, "issuer_unknown"),
    "a client nobody registered": ({"client_id": "stranger"}, "issuer_unknown"),
    "an issuer with half a letter": ({"iss": "\udcff"}, "issuer_unknown"),
    "an issuer with NUL": ({"iss": "a\x00b"}, "issuer_unknown"),
    "a target elsewhere": ({"target_link_uri": "https://evil.example/"}, "target_not_ours"),
    "a target that is a script": ({"target_link_uri": "javascript:alert(1)"}, "target_not_ours"),
    "a target that looks like ours": ({"target_link_uri": "http://testserver@evil.example/"}, "target_not_ours"),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_login_that_we_cannot_begin_is_refused_and_leads_nowhere(side: Side, method: str) -> None:
    for name, (changed, code) in LOGINS.items():
        asked = {"iss": side.world.base_url, **ASKED, **changed}
        form = urlencode({key: value for key, value in asked.items() if value is not None}, errors="surrogateescape")
        if method == "GET":
            answer = await side.browser.get(f"/lti/login?{form}")
        else:
            typed = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "cross-site"}
            answer = await side.browser.post("/lti/login", content=form, headers=typed)
        assert answer.headers["X-Refusal"] == code, name
        assert (answer.status_code, "location" in answer.headers) == (400, False), name
        trace = await LaunchTrace.get()
        assert trace.outcome == code and trace.reference in answer.text
        await trace.delete()
    assert not await Session.all().exists() and not await Nonce.all().exists()


async def _second_client(side: Side) -> Registration:
    first = await Registration.get()
    return await actions.add(
        RegistrationEntry(first.issuer, "second", first.auth_url, first.token_url, first.jwks_url, ("other",)),
        now=clock.now(),
    )


async def test_two_clients_of_one_issuer_need_a_client_id_or_a_deployment(side: Side) -> None:
    await _second_client(side)
    asked = {"iss": side.world.base_url, **ASKED}
    del asked["client_id"]
    refused = await side.browser.get("/lti/login", params=asked)
    assert (refused.status_code, refused.headers["X-Refusal"]) == (400, "client_ambiguous")
    assert (await LaunchTrace.get()).outcome == "client_ambiguous"
    answer = await side.browser.get("/lti/login", params={**asked, "lti_deployment_id": "other"})
    assert "client_id=second" in answer.headers["location"]


@pytest.mark.by_hand
async def test_a_closed_registration_is_unknown_also_in_the_middle_of_a_login(side: Side) -> None:
    query = await side.begin()
    await Registration.all().update(state="closed")
    assert (await side.post(honest(side.world, query["nonce"]).write(), query["state"])).headers[
        "X-Refusal"
    ] == "issuer_unknown"
    answer = await side.browser.get("/lti/login", params={"iss": side.world.base_url, **ASKED})
    assert answer.headers["X-Refusal"] == "issuer_unknown"


@pytest.mark.by_hand
async def test_the_authorization_address_may_have_a_query_of_its_own(side: Side) -> None:
    await Registration.all().update(auth_url=f"{side.world.base_url}/auth?tenant=1")
    answer = await side.browser.get("/lti/login", params={"iss": side.world.base_url, **ASKED})
    assert answer.headers["location"].startswith(f"{side.world.base_url}/auth?tenant=1&scope=openid&")


async def test_every_login_has_its_own_state_and_nonce(side: Side) -> None:
    queries = [await side.begin() for _ in range(10)]
    assert len({query["state"] for query in queries}) == len({query["nonce"] for query in queries}) == 10
    assert all(len(query["nonce"]) >= 32 for query in queries)


def _resealed(side: Side, state: str, **changed: object) -> str:
    login = verify_state(state, key=side.tool.state_key, now=clock.now())
    return sign_state(dataclasses.replace(login, **changed), key=side.tool.state_key)  # type: ignore[arg-type]


async def test_a_state_is_refused_when_missing_changed_expired_or_of_another_browser(side: Side) -> None:
    query = await side.begin()
    token, state = honest(side.world, query["nonce"]).write(), query["state"]
    foreign = sign_state(Login(uuid4(), query["nonce"], hash_browser_secret("x"), 2**33), key=b"k" * 32)
    spoilt = {
        "": "state_missing",
        "x": "state_mismatch",
        "\u00e9.\u00e9": "state_mismatch",
        "y" * 5000: "state_mismatch",
        state[:-2]: "state_mismatch",
        state.swapcase(): "state_mismatch",
        state + "A": "state_mismatch",
        foreign: "state_mismatch",
        _resealed(side, state, expires=int(time.time()) - 1): "state_expired",
        _resealed(side, state, binding=hash_browser_secret("another secret")): "state_mismatch",
        _resealed(side, state, registration_id=uuid4()): "issuer_unknown",
        _resealed(side, state, nonce="another"): "state_missing",
    }
    for wrong, code in spoilt.items():
        assert (await side.post(token, wrong)).headers["X-Refusal"] == code, wrong
    async with side.another_browser() as thief:
        assert (await side.post(token, state, thief)).headers["X-Refusal"] == "state_missing"
        thief.cookies.set(verify_state(state, key=side.tool.state_key, now=clock.now()).cookie, "guessed")
        assert (await side.post(token, state, thief)).headers["X-Refusal"] == "state_mismatch"
    assert not await Nonce.all().exists()


async def test_the_login_cookie_lives_ten_minutes_and_follows_the_configured_address(side: Side) -> None:
    answer = await side.browser.get("/lti/login", params={"iss": side.world.base_url, **ASKED})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "Max-Age=600" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie
    given = side.service.state.resources
    at_https = given.settings.model_copy(update={"public_url": "https://tool.example"})
    side.service.state.resources = replace(given, settings=at_https)
    cookie = (await side.browser.get("/lti/login", params={"iss": side.world.base_url, **ASKED})).headers["set-cookie"]
    assert all(part in cookie for part in ("; Secure", "; SameSite=None", "; Partitioned", "; HttpOnly"))


async def test_an_error_of_the_platform_is_told_in_plain_words_and_ends_the_login(side: Side) -> None:
    query = await side.begin()
    said = {"error": "login_required", "error_description": "<b>no</b> session", "state": query["state"]}
    answer = await side.browser.post("/lti/launch", data=said, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["X-Refusal"] == "platform_error"
    assert "login_required: &lt;b&gt;no&lt;/b&gt; session" in answer.text
    later = await side.post(honest(side.world, query["nonce"]).write(), query["state"])
    assert later.headers["X-Refusal"] == "state_used"


async def test_an_error_without_a_login_of_ours_shows_nothing_of_what_was_sent(side: Side) -> None:
    said = {"error": "buy", "error_description": "cheap pills", "state": "x"}
    answer = await side.browser.post("/lti/launch", data=said, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["X-Refusal"] == "state_mismatch" and "pills" not in answer.text


async def test_opening_the_launch_address_by_hand_says_to_go_back_to_the_course(side: Side) -> None:
    answer = await side.browser.get("/lti/launch")
    assert answer.headers["X-Refusal"] == "state_missing" and "Go back to your course" in answer.text


async def test_a_megabyte_of_junk_is_refused_without_being_read(side: Side) -> None:
    async with nobody_waits():
        answer = await side.post("x" * 1_000_000, "y")
    assert (answer.status_code, answer.headers["X-Refusal"]) == (413, "token_too_large")


async def test_a_form_of_a_thousand_fields_is_refused(side: Side) -> None:
    form = {f"f{number}": "" for number in range(1000)}
    answer = await side.browser.post("/lti/launch", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["X-Refusal"] == "token_malformed"


@pytest.mark.by_hand
@pytest.mark.parametrize(
    ("policy", "code", "kept"),
    [("ask", "deployment_pending", "pending"), ("refuse", "deployment_unknown", ""), ("auto", None, "approved")],
)
async def test_a_deployment_nobody_knows_is_treated_as_the_registration_says(
    side: Side, policy: str, code: str | None, kept: str
) -> None:
    await Registration.all().update(deployment_policy=policy)
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("deployment_id", "school-7")(forged)
    answer = await side.post(forged.write(), query["state"])
    assert answer.headers.get("X-Refusal") == code
    found = await Deployment.get_or_none(deployment_id="school-7")
    assert (found.state if found else "") == kept
    if code == "deployment_pending":
        assert "school-7" in answer.text


async def test_an_approved_deployment_may_launch(side: Side) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("deployment_id", "school-7")(forged)
    await side.post(forged.write(), query["state"])
    assert "school-7" in await approval.approve("school-7", now=clock.now())
    assert (await side.post(forged.write(), query["state"])).status_code == 303


@pytest.mark.parametrize(
    ("what", "code", "status"),
    [
        ("503", "jwks_unreachable", 503),
        ("404", "jwks_unreachable", 503),
        ("redirect", "jwks_unreachable", 503),
        ("huge", "jwks_unreachable", 503),
        ("html", "jwks_invalid", 503),
        ("wrong", "signature_invalid", 401),
    ],
)
async def test_a_key_set_that_cannot_be_had_is_a_refusal(side: Side, what: str, code: str, status: int) -> None:
    set_mischief(side.world, {"where": "keys", "what": what})
    answer = await side.launch()
    assert (answer.headers["X-Refusal"], answer.status_code) == (code, status)
    assert (await LaunchTrace.get()).outcome == code
    assert not await Session.all().exists() and not await Nonce.all().exists()


async def test_the_platform_rotates_its_keys_and_launches_go_on(side: Side) -> None:
    assert (await side.launch()).status_code == 303
    set_mischief(side.world, {"where": "keys", "what": "rotate"})
    assert (await side.launch()).status_code == 303


async def test_a_hundred_launches_with_random_kids_cause_one_refetch(side: Side) -> None:
    await side.launch()
    before = len(side.world.calls)
    for number in range(100):
        query = await side.begin()
        forged = honest(side.world, query["nonce"])
        forged.headers["kid"] = f"random-{number}"
        assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == "kid_unknown"
    assert len([where for where, _ in side.world.calls[before:] if where == "keys"]) == 1


async def test_no_token_and_no_name_is_in_the_log_of_a_launch(side: Side, capsys: pytest.CaptureFixture[str]) -> None:
    query = await side.begin()
    forged = honest(side.world, query["nonce"])
    claim("sub", GONE)(forged)
    await side.post(forged.write(), query["state"])
    await side.launch()
    said = capsys.readouterr()
    assert "eyJ" not in said.out + said.err and "Amina" not in said.out + said.err


async def test_an_lms_can_be_connected_before_anything_is_loaded(tmp_path: Path) -> None:
    facts.follow(AFTER)
    async with emptied(tmp_path) as url, made(url):
        entry = RegistrationEntry(
            "https://lms.example", "c", "https://lms.example/a", "https://lms.example/t", "https://lms.example/j"
        )
        await actions.add(entry, now=clock.now())
        assert [row["issuer"] for row in await actions.list_registrations()] == ["https://lms.example"]


@pytest.mark.by_hand
async def test_what_another_unit_registers_under_the_same_issuer_makes_nothing_ambiguous(side: Side) -> None:
    await CentralUnit.create(id=uuid4(), slug="elsewhere", name="Another unit")
    first = await Registration.get()
    urls = (first.auth_url, first.token_url, first.jwks_url)
    with pytest.raises(Conflict):
        await actions.add(RegistrationEntry(first.issuer, first.client_id, *urls), now=clock.now(), unit="elsewhere")
    await actions.add(RegistrationEntry(first.issuer, "theirs", *urls, ("demo-1",)), now=clock.now(), unit="elsewhere")
    asked = {"iss": first.issuer, "login_hint": "amina", "target_link_uri": ORIGIN}
    for named in ({}, {"lti_deployment_id": "demo-1"}, {"client_id": "training"}):
        answer = await side.browser.get("/lti/login", params=asked | named)
        assert "client_id=training" in answer.headers["location"], named
    answer = await side.browser.get("/lti/login", params=asked | {"client_id": "theirs"})
    assert "client_id=theirs" in answer.headers["location"]
