"""A question is saved as a report, asked, asked again, and sent to oneself no more; on a phone and at a desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.timeout(300)


def fine(page: Page, width: int) -> None:
    assert violations(page) == [], page.url
    page.set_viewport_size({"width": width, "height": 812})


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize(("path", "asks"), [("/register?standing=all", "Register"), ("/figures?by=site", "Figures")])
def test_a_question_is_saved_asked_and_asked_again(be: Callable[..., Page], width: int, path: str, asks: str) -> None:
    page, name = be("dara"), f"{asks} at {width}"
    page.set_viewport_size({"width": width, "height": 812})
    page.goto(path)
    page.get_by_role("link", name="Save this question").click()
    expect(page.get_by_role("heading", name="Save this question")).to_be_visible()
    fine(page, width)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Enter a name for the report in at most 80 letters").first).to_be_visible()
    fine(page, width)
    page.get_by_label("Name of the report").fill(name)
    page.get_by_label("About which day?").select_option("The last day of the month before")
    page.get_by_label("When is it asked by itself?").select_option("The 1st of each month")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It comes next on 1 ")).to_be_visible()
    fine(page, width)
    page.get_by_role("button", name="Ask now").click()
    expect(page.get_by_role("heading", name="What was answered")).to_be_visible()
    fine(page, width)
    page.get_by_role("button", name="Ask again as it was known then").click()
    expect(page.get_by_text("The digest is the same: nothing differs.")).to_be_visible()
    fine(page, width)
    page.goto("/reports")
    page.get_by_role("link", name=name).click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Stop sending it to me").click()
    expect(page.get_by_text("You do not get it any more.")).to_be_visible()
    fine(page, width)
    page.get_by_role("button", name="Put it away").click()
    expect(page.get_by_text("It is not asked by itself any more.")).to_be_visible()
    page.goto("/reports?state=away")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    fine(page, width)
