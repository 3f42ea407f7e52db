"""A film on a phone: it goes up though the line breaks and the page is loaded again, plays, and jumps to a time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.keyboard import press
from tests.training.assessments.films.filming import filmed

pytestmark = pytest.mark.timeout(300)
PART = 8 * 1024 * 1024


def test_a_film_goes_on_after_a_broken_line_and_a_reload_and_is_watched_and_talked_about(
    be: Callable[..., Page], tmp_path: Path
) -> None:
    film = tmp_path / "group.mp4"
    film.write_bytes(filmed(pad=3 * PART))
    page, broken = be("amina"), list[str]()

    def break_line(route: Route) -> None:
        at = route.request.headers["upload-offset"]
        if at != "0" and len(broken) < 2:
            broken.append(at)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/upload", lambda route: break_line(route) if route.request.method == "PATCH" else route.continue_())
    page.goto("/assessments")
    press(page, "Films of groups")
    press(page, "Send a film of my group")
    assert violations(page) == []
    page.get_by_label("The film").set_input_files(film)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("The line is broken")).to_be_visible(timeout=30_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_text("percent of it are here")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("The film").set_input_files(film)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("video")).to_be_visible(timeout=60_000)
    assert len(broken) == 2
    expect(page.locator("video")).to_have_js_property("duration", 4, timeout=30_000)
    page.locator("video").evaluate("(video) => { video.currentTime = 2; }")
    expect(page.get_by_label("At which time?")).to_have_value("0:02")
    page.get_by_label("What do you see there?").fill("I wait for an answer here.")
    page.get_by_role("button", name="Keep it").click()
    page.locator("video").evaluate("(video) => { video.currentTime = 0; }")
    page.get_by_role("link", name="0:02").click()
    expect(page.locator("video")).to_have_js_property("currentTime", 2)
    assert violations(page) == []
    press(page, "0 people listed: who consented, and until when")
    assert violations(page) == []
