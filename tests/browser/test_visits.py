"""A visit on a phone: planned by keyboard, on the home of both, kept on the device, in the week of the coordinator."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.keyboard import heading, press, tab_to

pytestmark = pytest.mark.timeout(300)
TOMORROW = date.today() + timedelta(days=1)  # the browser and the service have the true clock


def test_a_visit_is_planned_by_keyboard_changed_and_called_off(be: Callable[..., Page]) -> None:
    page = be("bruno")
    press(page, "Assessments")
    press(page, "Begin an assessment")
    tab_to(page, "Who did you watch?")
    page.keyboard.type("Amina")
    tab_to(page, "Which day?")
    page.keyboard.type(TOMORROW.strftime("%m%d%Y"))
    tab_to(page, "The visit is still to come")
    page.keyboard.press("Enter")
    tab_to(page, "From")
    page.keyboard.type("0930AM")
    tab_to(page, "Until")
    page.keyboard.type("1130AM")
    tab_to(page, "Where is it?")
    page.keyboard.type("The little hall")
    assert violations(page) == []
    press(page, "Begin")
    assert heading(page) == "Visit to Amina Yusuf"
    expect(page.get_by_text("The visit is planned. Everybody who comes is told by mail.")).to_be_visible()
    expect(page.get_by_text("9:30am to 11:30am")).to_be_visible()
    assert violations(page) == []
    with page.expect_download() as file:
        page.get_by_role("link", name="Put it into your calendar").click()
    assert file.value.suggested_filename == "visit.ics" and b"The little hall" in file.value.path().read_bytes()
    press(page, "Change the visit")
    assert violations(page) == []
    tab_to(page, "Where is it?")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("The large hall")
    press(page, "Change the visit")
    expect(page.get_by_text("The large hall")).to_be_visible()
    press(page, "Call it off")
    tab_to(page, "Why?")
    page.keyboard.type("The group does not meet.")
    press(page, "Cancel")
    expect(page.get_by_text("It is cancelled.")).to_be_visible()


def test_the_homes_of_both_and_the_week_show_the_visits_of_the_demo(be: Callable[..., Page]) -> None:
    page = be("bruno")
    page.goto("/assessments")
    page.wait_for_function("caches.keys().then((found) => found.includes('ratings'))")
    page.goto("/")
    expect(page.locator("[data-kept]").first).to_have_text("Kept on this device.", timeout=15_000)
    assert violations(page) == []
    page.context.set_offline(True)
    page.locator("main a[data-keep]").first.click()
    expect(page.get_by_role("heading", name="Rate Nadia Rahman")).to_be_visible()
    page.context.set_offline(False)
    dara = be("dara")
    dara.goto("/")
    press(dara, "Assessors’ week")
    for _ in range(2):  # a visit of tomorrow may be in the next week
        if not dara.get_by_text("Nadia Rahman, Riverside Hall").count():
            press(dara, "Later week")
    expect(dara.get_by_text("Nadia Rahman, Riverside Hall")).to_be_visible()
    assert violations(dara) == []
