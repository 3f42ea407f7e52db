"""The service inside a frame of an LMS: it lands at the right place, stays there, and can be left."""

from collections.abc import Callable

from playwright.sync_api import Frame, Page, expect

from tests.browser.axe import asked

COURSE = "Leading a parenting group"


def _launched(page: Page, lms: str, activity: str, heading: str) -> Frame:
    """Opens an activity and waits until it is there: the steps of the launch before it are pages too."""
    page.set_viewport_size({"width": 1000, "height": 700})
    page.goto(f"{lms}/frame?user=amina&activity={activity}")
    page.frame_locator("#tool").get_by_role("heading", name=heading, level=1).wait_for()
    return page.frame(name="tool") or page.main_frame


def _open_menu(frame: Frame) -> None:
    frame.locator("summary", has_text="Menu").click()


def test_a_launch_lands_on_its_activity_and_links_stay_in_the_frame(be: Callable[..., Page], lms: str) -> None:
    page = be()
    frame = _launched(page, lms, "a-course", COURSE)
    _open_menu(frame)
    assert asked(frame) == []
    frame.get_by_role("link", name="My pathway", exact=True).click()
    frame.get_by_role("heading", name="My pathway", level=1).wait_for()
    assert page.url.startswith(lms)
    assert asked(frame) == []


def test_in_a_frame_the_way_to_a_window_of_its_own_and_the_way_out_are_one_press_away(
    be: Callable[..., Page], lms: str
) -> None:
    page = be()
    frame = _launched(page, lms, "a-pathway", "My pathway")
    _open_menu(frame)
    expect(frame.get_by_role("button", name="Sign out")).to_be_visible()
    with page.context.expect_page() as opening:
        frame.get_by_role("button", name="Open in a new window").click()
    opening.value.get_by_role("heading", name="My pathway", level=1).wait_for()  # signed in, at the same page


def test_the_frame_is_told_how_high_the_page_is(be: Callable[..., Page], lms: str) -> None:
    page = be()
    page.add_init_script(
        "addEventListener('message', (event) => { if (event.data?.subject === 'lti.frameResize')"
        " window.told = event.data.height; })"
    )
    frame = _launched(page, lms, "a-course", COURSE)
    page.wait_for_function("window.told > 0")
    height = frame.evaluate("document.body.getBoundingClientRect().height")
    assert abs(page.evaluate("window.told") - height) < 10
