"""Who may show us in a frame, what a frame's session is bound to, and how a page of it gets a window of its own."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
import time_machine
from starlette.applications import Starlette

from tests.conftest import ORIGIN
from tests.training.lti.conftest import Side, field
from tests.training.lti.forging import honest
from tests.training.lti.launch.test_state_proof import FIREFOX, come_in, parked
from training.app import application
from training.core.settings import Settings
from training.demo.cast import known
from training.lti.launch.actions import MOST_STRANGERS, forget
from training.lti.models import LaunchTrace, Registration
from training.people.models import Session
from training.people.sessions import open_session, token_hash

Browse = Callable[[str], Awaitable[httpx2.AsyncClient]]
FRAMED = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
WINDOW = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
COURSE = "/courses/leading-a-parenting-group"


def framers(answer: httpx2.Response) -> set[str]:
    """Reads who may show an answer in a frame."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";") if part)
    return set(policy["frame-ancestors"].split()) - {"'self'"}


@pytest.mark.by_hand
async def test_the_pages_of_an_lms_session_are_framed_by_that_lms_in_every_process(
    side: Side, service: Starlette, settings: Settings, browse: Browse
) -> None:
    row = await Registration.get()
    await Registration.create(
        id=uuid4(),
        unit_id=row.unit_id,
        issuer="https://other.example",
        client_id="c",
        auth_url="https://other.example/a",
        token_url="https://other.example/t",
        jwks_url="https://other.example/j",
        created=datetime.now(UTC),
    )
    assert (await side.launch()).status_code == 303
    another = application.build(settings)  # which has served no login
    async with another.router.lifespan_context(another):
        for app in (service, another):
            transport = httpx2.ASGITransport(app=app)
            async with httpx2.AsyncClient(
                transport=transport, base_url=ORIGIN, cookies=side.browser.cookies
            ) as visitor:
                assert framers(await visitor.get("/courses")) == {side.world.base_url}
                assert framers(await visitor.get("/nothing/here")) == {side.world.base_url}
    assert framers(await (await browse("farah")).get("/courses")) == set()
    assert framers(await (await browse("")).get("/sign-in")) == set()


async def asked(side: Side, browser: httpx2.AsyncClient | None = None, **changed: str) -> httpx2.Response:
    query = {"iss": side.world.base_url, "client_id": "training", "login_hint": "a", "target_link_uri": ORIGIN}
    return await (browser or side.browser).get("/lti/login", params=query | changed, headers=FRAMED)


async def test_a_refusal_can_be_read_in_the_frame_of_whoever_asks_and_is_the_page_of_a_stranger(
    side: Side, browse: Browse
) -> None:
    amina = await browse("amina")
    refused = await asked(side, amina, iss="https://unknown.example/lms")
    assert refused.headers["X-Refusal"] == "issuer_unknown"
    assert framers(refused) == {"https://unknown.example"}
    assert "Amina" not in refused.text and "<form" not in refused.text and "<button" not in refused.text
    trace = await LaunchTrace.get()
    assert trace.reference in refused.text
    assert (trace.issuer, trace.client_id) == ("https://unknown.example/lms", "training")


@pytest.mark.parametrize(
    "issuer", ["https://*.example", "https://a.example; script-src *", "javascript:x", "null", "*", "https://*"]
)
async def test_an_odd_issuer_opens_no_frame(side: Side, issuer: str) -> None:
    refused = await asked(side, iss=issuer)
    assert refused.headers["X-Refusal"] == "issuer_unknown" and framers(refused) == set()


async def test_a_launch_that_is_refused_can_be_read_in_the_frame_of_its_lms(side: Side) -> None:
    query = await side.begin()
    late = await side.post("nonsense", query["state"])
    assert late.headers["X-Refusal"] == "token_malformed" and framers(late) == {side.world.base_url}
    form = {"id_token": "x", "state": "nonsense"}
    posted = await side.browser.post("/lti/launch", data=form, headers={**FRAMED, "Origin": "https://lms.example"})
    assert posted.headers["X-Refusal"] == "state_mismatch" and framers(posted) == {"https://lms.example"}


@pytest.mark.by_hand
@pytest.mark.parametrize(("state", "words"), [("pending", "waiting for approval"), ("closed", "was closed here")])
async def test_a_login_from_a_system_that_is_not_active_is_told_the_truth_and_listed(
    side: Side, browse: Browse, state: str, words: str
) -> None:
    await Registration.all().update(state=state)
    for changed in ({}, {"client_id": ""}):
        refused = await asked(side, **changed)
        assert refused.headers["X-Refusal"] == "issuer_unknown" and words in refused.text
        assert framers(refused) == {side.world.base_url}
    row, farah = await Registration.get(), await browse("farah")
    page = (await farah.get(f"/lti/console/launches?system={row.id}")).text
    assert f"registration_{state}" in page and (await LaunchTrace.all().first()).reference in page  # type: ignore[union-attr]


async def test_who_was_refused_without_a_registration_is_listed_once_with_its_number(
    side: Side, browse: Browse
) -> None:
    for _ in range(3):
        await asked(side, iss=f"{side.world.base_url}/", client_id="training")
    for number in range(25):
        await asked(side, iss=f"https://junk-{number}.example")
    await asked(side, iss=f"{side.world.base_url}/", client_id="training")
    farah = await browse("farah")
    page = (await farah.get("/lti/console/launches")).text
    assert f"{side.world.base_url}/" in page and "No registration has this issuer" in page
    assert page.count("https://junk-") == 19  # the last twenty in all
    await forget(now=datetime.now(UTC))
    assert await LaunchTrace.all().count() == 29
    assert MOST_STRANGERS > 29


async def test_dynamic_registration_is_shown_in_the_frame_of_the_lms_that_asks(side: Side, browse: Browse) -> None:
    query = {"openid_configuration": f"{side.world.base_url}/.well-known/openid-configuration"}
    refused = await (await browse("farah")).get("/lti/register", params=query)
    assert refused.headers["X-Refusal"] == "registration_rejected" and framers(refused) == {side.world.base_url}
    assert (await LaunchTrace.get()).issuer == side.world.base_url
    made = await (await browse("farah")).get("/lti/register", params=query | {"registration_token": "let-me-in"})
    assert "has to approve" in made.text and framers(made) == {side.world.base_url}
    assert "Farah" not in made.text and "Sign out" not in made.text


async def in_a_frame(side: Side, path: str = "/practice") -> tuple[httpx2.Response, str]:
    """Comes in through the storage of the LMS, and opens a page in the frame; gives it with the frame's prefix."""
    code, kept = await parked(side)
    place = (await come_in(side, code, kept["value"])).headers["location"]
    prefix = place.removesuffix(COURSE)
    return await side.browser.get(prefix + path, headers=FRAMED | FIREFOX), prefix


async def open_window(side: Side, shown: httpx2.Response, **headers: str) -> httpx2.Response:
    form = {"code": field(shown.text, "code")}
    return await side.browser.post("/lti/window", data=form, headers=WINDOW | FIREFOX | headers)


async def test_a_page_of_a_frame_opens_in_a_window_of_its_own_as_the_same_person_from_the_same_course(
    side: Side, browse: Browse
) -> None:
    shown, prefix = await in_a_frame(side, "/practice?kind=delivery")
    told = (await side.browser.get(f"{prefix}/api/v1/me", headers=FRAMED | FIREFOX)).json()
    opened = await open_window(side, shown)
    assert (opened.status_code, opened.headers["location"]) == (303, "/practice?kind=delivery")
    me = await side.browser.get("/api/v1/me", headers=WINDOW)
    assert me.json() == told and told["lti"]["context_id"] == "course-1"
    assert (await side.browser.get(f"{prefix}/practice", headers=FRAMED | FIREFOX)).status_code == 200  # it stays
    frame, window = await Session.all().order_by("created")
    assert frame.expires == window.expires
    assert "/lti/window" not in (await side.browser.get("/practice", headers=WINDOW)).text


async def test_the_code_of_a_window_is_good_once_for_a_while_and_as_long_as_its_session(side: Side) -> None:
    shown, prefix = await in_a_frame(side)
    assert (await open_window(side, shown)).status_code == 303
    again = await open_window(side, shown)
    assert (again.status_code, again.headers["X-Refusal"]) == (401, "state_used")
    for forged in ("", "guessed", field(shown.text, "code")[:-6] + "AAAAAA"):
        refused = await side.browser.post("/lti/window", data={"code": forged}, headers=WINDOW)
        assert refused.headers["X-Refusal"] == "state_expired"
    fresh = await side.browser.get(f"{prefix}/practice", headers=FRAMED | FIREFOX)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=31)):
        late = await side.browser.post("/lti/window", data={"code": field(fresh.text, "code")}, headers=WINDOW)
    assert late.headers["X-Refusal"] == "state_expired"
    await Session.all().update(ended=datetime.now(UTC))
    assert (await open_window(side, fresh)).headers["X-Refusal"] == "state_expired"
    assert await Session.all().count() == 2


async def test_a_window_ends_the_session_of_somebody_else_in_it_and_other_sites_open_none(
    side: Side, settings: Settings
) -> None:
    shown, _ = await in_a_frame(side)
    token = secrets.token_urlsafe(32)
    await open_session(known("farah"), token=token, now=datetime.now(UTC))
    side.browser.cookies.set("session", token)
    assert (await open_window(side, shown, **{"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert (await open_window(side, shown)).status_code == 303
    assert (await Session.get(token_hash=token_hash(token))).ended is not None


async def test_no_window_is_offered_outside_of_frames_of_an_lms(side: Side, browse: Browse) -> None:
    page = await (await browse("amina")).get("/practice", headers={"Sec-Fetch-Dest": "iframe"})
    assert "/lti/window" not in page.text


async def test_the_address_of_a_frame_is_nobody_in_a_window_and_in_another_browser(side: Side) -> None:
    shown, prefix = await in_a_frame(side)
    assert shown.status_code == 200
    copied = await side.browser.get(f"{prefix}/practice?kind=delivery", headers=WINDOW | FIREFOX)
    assert (copied.status_code, copied.headers["location"]) == (303, "/practice?kind=delivery")
    for odd in (f"{prefix}//evil.example", f"{prefix}/\\evil.example", prefix):
        led = (await side.browser.get(odd, headers=WINDOW)).headers["location"]
        assert led.startswith("/") and not led.startswith(("//", "/\\")) and "~" not in led
    elsewhere = await side.browser.get(f"{prefix}/practice", headers=FRAMED | {"User-Agent": "Other/1.0"})
    assert elsewhere.headers["location"] == "/sign-in?to=/practice"
    me = await side.browser.get(f"{prefix}/api/v1/me", headers={"User-Agent": "curl/8"})
    assert me.status_code == 401


async def test_a_session_that_is_over_is_told_inside_of_the_frame(side: Side) -> None:
    _, prefix = await in_a_frame(side)
    out = await side.browser.post(f"{prefix}/sign-out", headers=FIREFOX | FRAMED | {"Sec-Fetch-Site": "same-origin"})
    assert out.status_code == 200 and "open the activity again" in out.text and framers(out) == {side.world.base_url}
    assert "Signed out" in out.text and "If you ask for help" not in out.text
    over = await side.browser.get(f"{prefix}/practice", headers=FRAMED | FIREFOX)
    assert over.status_code == 401 and "open the activity again" in over.text
    assert framers(over) == {side.world.base_url} and "Grace" not in over.text


async def framed_login(side: Side, path: str = "", **changed: str) -> httpx2.Response:
    if path:
        return await side.browser.get(path, headers=FRAMED)
    query = {
        "iss": side.world.base_url,
        "client_id": "training",
        "login_hint": "grace",
        "lti_message_hint": side.world.message_hint("a-practice"),
        "target_link_uri": f"{ORIGIN}/practice",
    }
    return await side.browser.post("/lti/login", data=query | changed, headers=FRAMED)


async def test_a_frame_is_tried_for_cookies_before_the_lms_is_asked(side: Side) -> None:
    tried = await framed_login(side)
    assert tried.status_code == 303 and "lti-cookies" in tried.headers["set-cookie"]
    goes_on = await framed_login(side, tried.headers["location"])
    assert goes_on.status_code == 302 and goes_on.headers["location"].startswith(f"{side.world.base_url}/auth?")
    assert (await framed_login(side)).status_code == 302  # it has proved it, and is not tried again


async def test_a_frame_without_cookies_gets_a_window_whose_hint_was_not_used(side: Side) -> None:
    side.world.hints_once = True
    tried = await framed_login(side)
    side.browser.cookies.clear()
    refused = await framed_login(side, tried.headers["location"])
    assert refused.headers["X-Refusal"] == "state_missing" and "We gave it a cookie" in refused.text
    assert framers(refused) == {side.world.base_url} and len(side.world.hints) == 1
    trace = await LaunchTrace.get()
    assert (trace.outcome, trace.state_proof, trace.registration_id) == (
        "state_missing",
        "none",
        (await Registration.get()).id,
    )
    place = refused.text.partition('href="/lti/login?')[2].partition('"')[0].replace("&amp;", "&")
    begun = await side.browser.get(f"/lti/login?{place}", headers=WINDOW)
    assert begun.status_code == 302 and "training_tried" not in begun.headers["location"]
    query = dict(httpx2.URL(begun.headers["location"]).params)
    assert (await side.post(await side.token_for(query), query["state"])).status_code == 303
    assert not side.world.hints


async def test_storage_that_keeps_nothing_is_found_out_before_the_lms_is_asked(side: Side) -> None:
    page = await framed_login(side, lti_storage_target="_parent")
    assert page.status_code == 200 and framers(page) == {side.world.base_url}
    without = page.text.partition('data-without="')[2].partition('"')[0].replace("&amp;", "&")
    assert (await framed_login(side, without)).status_code == 302  # the cookie of this page came back, and is enough
    side.browser.cookies.clear()
    refused = await framed_login(side, without)
    assert refused.headers["X-Refusal"] == "storage_timeout" and "then the storage of your" in refused.text
    assert "Open in a new window" in refused.text


@pytest.mark.by_hand
async def test_a_platform_that_takes_a_hint_once_is_not_asked_twice(side: Side) -> None:
    await Registration.all().update(profile="moodle")
    query = await side.begin("grace")
    side.browser.cookies.clear()
    refused = await side.post(honest(side.world, query["nonce"], "grace").write(), query["state"])
    assert refused.headers["X-Refusal"] == "state_missing" and "/lti/login" not in refused.text
    assert "open in a new window" in refused.text
