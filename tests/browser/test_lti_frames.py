"""The tool inside a page of an LMS on another site, in a real browser that keeps no third-party cookies."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browsing import Demo, running_demo

COURSE = "Leading a parenting group"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo whose pretend LMS is another site: `127.0.0.1` embeds `localhost`."""
    with running_demo(tmp_path_factory.mktemp("frames")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 900, "height": 900})
    yield context.new_page()
    context.close()


def opened(page: Page, demo: Demo, activity: str, user: str) -> FrameLocator:
    page.goto(f"{demo.lms}/frame?user={user}&activity={activity}")
    return page.frame_locator("#tool")


def test_a_learner_opens_an_activity_in_a_frame_without_cookies(page: Page, demo: Demo) -> None:
    frame = opened(page, demo, "a-course", "grace")
    expect(frame.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=15_000)
    assert page.frames[1].url.startswith(f"{demo.address}/~")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"].endswith("session")]
    frame.get_by_role("link", name="My practice").first.click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("practice")
    assert page.frames[1].url.startswith(f"{demo.address}/~")


def test_a_teacher_places_an_activity_from_a_frame_without_cookies(page: Page, demo: Demo) -> None:
    frame = opened(page, demo, "deep-linking", "tutor")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Choose for your course", timeout=15_000)
    frame.get_by_label("My practice").first.check()
    frame.get_by_role("button", name="Put into my course").click()
    expect(frame.get_by_role("heading", name="Activities")).to_be_visible(timeout=15_000)
    page.goto(demo.lms)
    expect(page.get_by_role("link", name="open My practice here")).to_be_visible()


def test_without_the_storage_of_the_lms_a_window_of_its_own_is_offered(page: Page, demo: Demo) -> None:
    page.request.post(f"{demo.lms}/mischief", data={"where": "storage", "what": "off"})
    try:
        frame = opened(page, demo, "a-course", "grace")
        button = frame.get_by_role("link", name="Open in a new window").last
        expect(button).to_be_visible(timeout=15_000)
        with page.expect_popup() as popup:
            button.click()
        expect(popup.value.get_by_role("heading", level=1)).to_contain_text(COURSE, timeout=15_000)
    finally:
        page.request.post(f"{demo.lms}/mischief", data={"where": "storage", "what": ""})


def test_in_a_window_of_its_own_a_launch_needs_no_more_than_a_cookie(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.lms}/start?user=amina&activity=a-practice")
    expect(page.get_by_role("heading", level=1)).to_contain_text("practice", timeout=15_000)
    assert "/~" not in page.url
