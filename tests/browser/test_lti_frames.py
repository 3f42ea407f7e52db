"""The tool inside a page of an LMS on another site, in a real browser that keeps no third-party cookies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.https import https_door
from tests.browsing import Demo, free_port, running_demo
from tests.history import copied

COURSE = "Leading a parenting group"
PATIENCE = 30_000
"""Milliseconds that a launch may take on a busy machine."""


@pytest.fixture(scope="module")
def demo(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose pretend LMS is another site: `127.0.0.1` embeds `localhost`."""
    with running_demo(copied(published, tmp_path_factory.mktemp("frames"))) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 900, "height": 900})
    yield context.new_page()
    context.close()


def opened(page: Page, demo: Demo, activity: str, user: str) -> FrameLocator:
    page.goto(f"{demo.lms}/frame?user={user}&activity={activity}")
    return page.frame_locator("#tool")


def goes_to_practice(frame: FrameLocator) -> None:
    """Opens the menu, which a frame has no room to show, and goes on by it."""
    frame.locator("summary", has_text="Menu").click()
    frame.get_by_role("link", name="My practice").first.click()


def test_over_https_a_cookie_of_that_frame_alone_is_enough(chromium: Browser, published: Path, tmp_path: Path) -> None:
    folder, door = copied(published, tmp_path), free_port()
    behind = Demo(folder, free_port(), public_url=f"https://localhost:{door}")
    behind.start()
    context = chromium.new_context(ignore_https_errors=True)
    try:
        with https_door(folder, at=door, to=behind.port):
            page = context.new_page()
            for where, what in (("storage", "off"), ("hints", "once")):
                page.request.post(f"{behind.lms}/mischief", data={"where": where, "what": what})
            frame = opened(page, behind, "a-course", "grace")
            expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)
            goes_to_practice(frame)
            expect(frame.get_by_role("heading", level=1)).to_contain_text("practice", timeout=PATIENCE)
            assert page.frames[1].url.startswith(f"{behind.public_url}/practice")
            (kept,) = [cookie for cookie in context.cookies() if cookie["name"] == "__Host-session"]
            assert kept["partitionKey"] and kept["secure"] and kept["httpOnly"]
            window = in_a_window(page, frame)
            assert window.url == f"{behind.public_url}/practice"
            expect(window.get_by_role("heading", level=1)).to_contain_text("practice")
    finally:
        context.close()
        behind.stop()


def in_a_window(page: Page, frame: FrameLocator) -> Page:
    """Presses the button on top of a page in a frame that opens it in a window of its own."""
    with page.expect_popup() as popup:
        frame.get_by_role("banner").get_by_role("button", name="Open in a new window").click()
    popup.value.wait_for_load_state()
    return popup.value


def test_a_page_in_a_frame_opens_in_a_window_where_the_lms_takes_a_hint_once(page: Page, demo: Demo) -> None:
    with behaving(page, demo, "hints", "once"):
        frame = opened(page, demo, "a-course", "grace")
        expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)
        goes_to_practice(frame)
        expect(frame.get_by_role("heading", level=1)).to_contain_text("practice")
        window = in_a_window(page, frame)
        assert window.url == f"{demo.address}/practice"
        expect(window.get_by_role("heading", level=1)).to_contain_text("practice")
        expect(frame.get_by_role("heading", level=1)).to_contain_text("practice")  # it is still there
        assert window.evaluate("window.opener") is None


@pytest.mark.parametrize("what", ["off", "silent"])
def test_a_frame_without_any_proof_opens_in_a_window_where_the_lms_takes_a_hint_once(
    page: Page, demo: Demo, what: str
) -> None:
    with behaving(page, demo, "hints", "once"), behaving(page, demo, "storage", what):
        frame = opened(page, demo, "a-course", "grace")
        with page.expect_popup() as popup:
            frame.get_by_role("main").get_by_role("link", name="Open in a new window").click(timeout=PATIENCE)
        expect(popup.value.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)


def test_the_address_of_a_frame_without_cookies_opens_nothing_in_a_window(page: Page, demo: Demo) -> None:
    frame = opened(page, demo, "a-course", "grace")
    expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)
    address = page.frames[1].url
    page.goto(address)
    assert "/~" not in page.url and page.url.startswith((f"{demo.address}/people/choose", f"{demo.address}/sign-in"))


def test_registration_and_refusals_can_be_read_in_the_frame_of_a_system_that_is_not_active(
    page: Page, demo: Demo
) -> None:
    page.goto(f"{demo.lms}/connect")
    link = page.locator('a[href*="/lti/register"]').get_attribute("href")
    asked = {"client_id": "unknown", "iss": demo.lms, "login_hint": "a", "target_link_uri": demo.address}
    for address, words in (
        (link, "has to approve"),
        (f"{demo.address}/lti/register?openid_configuration={demo.lms}/nothing", "refused the registration"),
        (f"{demo.address}/lti/login?{urlencode(asked)}", "not connected to this service yet"),
    ):
        page.set_content("")
        page.evaluate(
            "(address) => { document.body.innerHTML = '<iframe id=tool></iframe>'; tool.src = address }", address
        )
        expect(page.frame_locator("#tool").get_by_text(words).first).to_be_visible(timeout=PATIENCE)


def test_a_learner_opens_an_activity_in_a_frame_without_cookies(page: Page, demo: Demo) -> None:
    frame = opened(page, demo, "a-course", "grace")
    expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)
    assert page.frames[1].url.startswith(f"{demo.address}/~")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"].endswith("session")]
    goes_to_practice(frame)
    expect(frame.get_by_role("heading", level=1)).to_contain_text("practice")
    assert page.frames[1].url.startswith(f"{demo.address}/~")


def test_a_teacher_places_an_activity_from_a_frame_without_cookies(page: Page, demo: Demo) -> None:
    frame = opened(page, demo, "deep-linking", "tutor")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Choose for your course", timeout=PATIENCE)
    frame.get_by_label("My practice").first.check()
    frame.get_by_role("button", name="Put into my course").click()
    expect(frame.get_by_role("heading", name="Activities")).to_be_visible(timeout=PATIENCE)
    page.goto(demo.lms)
    expect(page.get_by_role("link", name="open My practice here")).to_be_visible()


@contextmanager
def behaving(page: Page, demo: Demo, where: str, what: str) -> Iterator[None]:
    """Lets the LMS behave in one way for a while."""
    usual = {"plays": "pretend-lms", "storage": "", "hints": ""}[where]
    page.request.post(f"{demo.lms}/mischief", data={"where": where, "what": what})
    try:
        yield
    finally:
        page.request.post(f"{demo.lms}/mischief", data={"where": where, "what": usual})


@pytest.mark.parametrize(("where", "what"), [("storage", "org.imsglobal.lti"), ("plays", "canvas")])
def test_the_storage_is_found_in_older_words_and_in_a_frame_of_its_own(
    page: Page, demo: Demo, where: str, what: str
) -> None:
    with behaving(page, demo, where, what):
        frame = opened(page, demo, "a-course", "grace")
        expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("what", "code", "tried"),
    [
        ("off", "state_missing", "We gave it a cookie"),
        ("silent", "storage_timeout", "then the storage of your learning system"),
        ("wrong", "storage_mismatch", "then the storage of your learning system"),
    ],
)
def test_where_no_rung_holds_the_page_says_what_was_tried_and_a_window_of_its_own_lets_in(
    page: Page, demo: Demo, what: str, code: str, tried: str
) -> None:
    with behaving(page, demo, "storage", what):
        frame = opened(page, demo, "a-course", "grace")
        expect(frame.get_by_text("Chrome blocks")).to_contain_text(tried, timeout=PATIENCE)
        frame.get_by_text("For the person who looks after").click()
        expect(frame.get_by_text("Code:")).to_contain_text(code)
        with page.expect_popup() as popup:
            frame.get_by_role("main").get_by_role("link", name="Open in a new window").click()
        expect(popup.value.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=PATIENCE)


def test_in_a_window_of_its_own_a_launch_needs_no_more_than_a_cookie(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.lms}/start?user=amina&activity=a-practice")
    expect(page.get_by_role("heading", level=1)).to_contain_text("practice", timeout=PATIENCE)
    assert "/~" not in page.url
