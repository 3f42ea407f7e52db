"""An assessor of the demo turns out wrong: what relies on him, re-opened by keyboard, and what the rules say then."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.keyboard import heading, press, tab_to

pytestmark = pytest.mark.timeout(300)
MISSING = "Two assessments of a live group: 1 of 2"
WHY = "He was not at the groups he signed for."


def _fine(page: Page) -> None:
    assert violations(page) == [], page.url
    page.set_viewport_size({"width": 375, "height": 812})


def test_a_withdrawn_assessor_s_certificates_are_named_re_opened_and_judged_as_the_list_said(
    be: Callable[..., Page],
) -> None:
    page = be("dara")
    page.goto("/people?query=bruno")
    page.get_by_role("link", name="Bruno Costa").click()
    _fine(page)
    press(page, "What relies on their assessments")
    assert heading(page) == "Reliance on assessments"
    names = page.locator("tbody th a").all_inner_texts()
    assert names == ["Ivan Petrov", "Kiran Shah", "Lowri Ŵyn Parry", "Nadia Rahman", "Osian Bevan"]
    assert page.get_by_text(MISSING).count() == len(names)
    _fine(page)
    tab_to(page, "All 5 on this list")
    page.keyboard.press("Space")
    tab_to(page, "What to do")
    page.keyboard.type("Re-open")
    press(page, "Go on")
    assert heading(page) == "Re-open certificates"
    tab_to(page, "Which of them?")
    page.keyboard.type("Those")
    tab_to(page, "Do these assessments still count?")
    page.keyboard.type("No")
    tab_to(page, "Why?")
    page.keyboard.type(WHY)
    _fine(page)
    press(page, "Check it")
    expect(page.get_by_text("Will be done: 5")).to_be_visible(timeout=20_000)
    _fine(page)
    press(page, "Do it: 5 certificates")
    expect(page.get_by_text("Done: 5", exact=True).first).to_be_visible(timeout=30_000)
    page.goto("/register?standing=suspended")
    found = [one for one in page.locator("tbody th a").all_inner_texts() if one in names]
    assert found == names[:-1], "one was withdrawn before"
    page.get_by_role("link", name="Kiran Shah").click()
    expect(page.get_by_text(f"{WHY} Without the assessments in question, this is missing: {MISSING}.")).to_be_visible()
    page.go_back()
    page.goto("/people?query=kiran")
    page.get_by_role("link", name="Kiran Shah").click()
    page.get_by_role("link", name="Pathway and certificates").click()
    expect(page.get_by_text("1 of 2").first).to_be_attached()
    _fine(page)
