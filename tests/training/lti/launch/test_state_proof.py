"""Launches of browsers that keep no cookie in a frame: through the LMS's storage, or in a window of their own."""

import re
from html import unescape

import httpx2

from tests.training.lti.conftest import Side, field
from tests.training.lti.forging import honest, signed_by_stranger
from training.lti.launch.models import PendingLaunch
from training.lti.models import Identity, LaunchTrace
from training.people.models import Session

FRAME = {"lti_storage_target": "_parent"}


async def stored_login(side: Side) -> tuple[dict[str, str], dict[str, str]]:
    """Begins a login whose LMS offers storage; gives the query for the LMS, and what the page hands over to keep."""
    asked = {
        "iss": side.world.base_url,
        "login_hint": "grace",
        "lti_message_hint": "a-course",
        "client_id": "training",
        "target_link_uri": "http://testserver/courses",
        **FRAME,
    }
    answer = await side.browser.get("/lti/login", params=asked)
    assert answer.status_code == 200
    kept = {name: unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', answer.text)}
    side.browser.cookies.clear()  # the browser keeps none
    return dict(httpx2.URL(kept["onward"]).params), kept


async def parked(side: Side) -> tuple[str, dict[str, str]]:
    query, kept = await stored_login(side)
    form = {"id_token": honest(side.world, query["nonce"], "grace").write(), "state": query["state"]}
    framed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}
    page = await side.browser.post("/lti/launch", data=form, headers=framed)
    assert page.status_code == 200 and not await Session.all().exists()
    assert "Open in a new window" not in page.text  # a launch has no address that a window could open
    assert "eyJ" not in page.text  # the token is in no page
    asked = {name: unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', page.text)}
    assert (asked["key"], asked["origin"], asked["frame"]) == (kept["key"], side.world.base_url, "_parent")
    return field(page.text, "code"), kept


FIREFOX = {"User-Agent": "Mozilla/5.0 Gecko/20100101 Firefox/140.0"}


async def come_in(side: Side, code: str, value: str) -> httpx2.Response:
    headers = {"Sec-Fetch-Site": "same-origin", **FIREFOX}
    return await side.browser.post("/lti/launch/stored", data={"code": code, "value": value}, headers=headers)


async def test_a_browser_without_cookies_comes_in_through_the_storage_of_its_lms(side: Side) -> None:
    code, kept = await parked(side)
    answer = await come_in(side, code, kept["value"])
    assert answer.status_code == 303 and "set-cookie" not in answer.headers
    assert re.match(r"/~[\w-]{40,}/courses/leading-a-parenting-group$", answer.headers["location"])
    home = answer.headers["location"].removesuffix("/courses/leading-a-parenting-group") + "/"
    page = await side.browser.get(home, headers=FIREFOX)
    assert page.status_code == 200 and "Grace" in page.text
    assert (await LaunchTrace.get()).state_proof == "storage" and not await PendingLaunch.all().exists()


async def test_a_parked_launch_is_used_once(side: Side) -> None:
    code, kept = await parked(side)
    assert (await come_in(side, code, kept["value"])).status_code == 303
    assert (await come_in(side, code, kept["value"])).headers["X-Refusal"] == "state_used"
    assert await Session.all().count() == 1


async def test_what_the_storage_gives_back_must_be_what_was_put_there(side: Side) -> None:
    code, _ = await parked(side)
    assert (await come_in(side, code, "guessed")).headers["X-Refusal"] == "storage_mismatch"
    code, _ = await parked(side)
    silent = await come_in(side, code, "")
    assert silent.headers["X-Refusal"] == "storage_timeout" and "Open in a new window" in silent.text
    assert "Firefox blocks" in silent.text and "then the storage of your learning system" in silent.text
    assert (await come_in(side, "guessed", "x")).headers["X-Refusal"] == "state_used"
    assert not await Session.all().exists()


async def test_each_refusal_of_the_ladder_has_its_status_and_its_line_in_the_trace(side: Side) -> None:
    for value, code in (("", "storage_timeout"), ("guessed", "storage_mismatch")):
        place, _ = await parked(side)
        refused = await come_in(side, place, value)
        trace = await LaunchTrace.get()
        assert (refused.status_code, refused.headers["X-Refusal"], trace.outcome) == (401, code, code)
        assert (trace.state_proof, trace.browser) == ("storage", "Firefox") and trace.reference in refused.text
        await trace.delete()
    assert not await Session.all().exists() and not await PendingLaunch.all().exists()
    assert not await Identity.filter(sub="grace").exists()


async def test_a_launch_that_is_not_signed_is_not_parked(side: Side) -> None:
    query, _ = await stored_login(side)
    forged = honest(side.world, query["nonce"])
    signed_by_stranger()(forged)
    assert (await side.post(forged.write(), query["state"])).headers["X-Refusal"] == "signature_invalid"
    assert not await PendingLaunch.all().exists()


async def test_with_a_cookie_the_storage_is_not_asked(side: Side) -> None:
    asked = {
        "iss": side.world.base_url,
        "login_hint": "grace",
        "client_id": "training",
        "target_link_uri": "http://testserver/courses",
        **FRAME,
    }
    page = await side.browser.get("/lti/login", params=asked)
    found = re.search(r'data-onward="([^"]*)"', page.text)
    assert found
    query = dict(httpx2.URL(unescape(found[1])).params)
    assert (await side.post(honest(side.world, query["nonce"]).write(), query["state"])).status_code == 303


async def test_without_storage_the_login_begins_again_in_a_window_of_its_own(side: Side) -> None:
    query = await side.begin("grace")
    side.browser.cookies.clear()
    refused = await side.post(honest(side.world, query["nonce"], "grace").write(), query["state"])
    assert refused.headers["X-Refusal"] == "state_missing"
    found = re.search(r'href="(/lti/login\?[^"]*)" target="_blank"', refused.text)
    assert found
    again = await side.browser.get(unescape(found[1]))
    query = dict(httpx2.URL(again.headers["location"]).params)
    assert (query["login_hint"], query["lti_message_hint"]) == ("grace", "a-course")
    assert (await side.post(honest(side.world, query["nonce"], "grace").write(), query["state"])).status_code == 303


async def test_long_hints_are_not_carried_and_no_window_is_offered(side: Side) -> None:
    query = await side.begin("x" * 1500)
    side.browser.cookies.clear()
    refused = await side.post(honest(side.world, query["nonce"]).write(), query["state"])
    assert refused.headers["X-Refusal"] == "state_missing" and "/lti/login" not in refused.text
    assert "open in a new window" in refused.text and "did not bring it back" in refused.text


async def test_in_a_window_of_its_own_the_launch_is_posted_once_more_from_our_own_page(side: Side) -> None:
    query = await side.begin("grace")
    jar = dict(side.browser.cookies)
    side.browser.cookies.clear()  # left out of a cross-site post, as SameSite=Lax asks for
    form = {"id_token": honest(side.world, query["nonce"], "grace").write(), "state": query["state"]}
    page = await side.browser.post(
        "/lti/launch", data=form, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    )
    assert page.status_code == 200 and "data-post-at-once" in page.text and "eyJ" not in page.text
    side.browser.cookies.update(jar)
    answer = await come_in(side, field(page.text, "code"), "")
    assert (answer.status_code, answer.headers["location"]) == (303, "/courses/leading-a-parenting-group")
    assert "session=" in answer.headers["set-cookie"]


async def test_posted_once_more_without_its_cookie_it_is_refused(side: Side) -> None:
    query = await side.begin("grace")
    side.browser.cookies.clear()
    form = {"id_token": honest(side.world, query["nonce"], "grace").write(), "state": query["state"]}
    page = await side.browser.post(
        "/lti/launch", data=form, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    )
    for value in ("", "guessed"):
        refused = await come_in(side, field(page.text, "code"), value)
        assert refused.headers["X-Refusal"] == ("state_missing" if not value else "state_used")
    assert not await Session.all().exists()
