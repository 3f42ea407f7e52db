"""The five journeys that must work by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.keyboard import heading, press

pytestmark = pytest.mark.timeout(300)
COURSE = "/courses/leading-a-parenting-group"


def test_a_module_is_read_and_left_and_found_again_at_the_same_place(be: Callable[..., Page]) -> None:
    page = be("chloe")
    press(page, "My courses")
    press(page, "Leading a parenting group")
    press(page, "Start" if page.get_by_role("button", name="Start").count() else "Continue")
    first = heading(page)
    press(page, "Next")
    press(page, "Next")
    left_at, second = page.url, heading(page)
    assert second != first
    page.goto("/courses")
    press(page, "Continue")
    assert page.url == left_at
    press(page, "Previous")
    assert heading(page) != second


def test_a_quiz_is_taken_checked_and_handed_in(be: Callable[..., Page]) -> None:
    page = be("emre")
    page.goto(COURSE)
    press(page, "Start" if page.get_by_role("button", name="Start").count() else "Continue")
    while not page.get_by_role("button", name="Start the quiz").count():
        press(page, "Next")
    press(page, "Start the quiz")
    while page.locator("input[name=choices]").count():
        page.locator("body").focus()
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.name") != "choices":
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        press(page, "Next")
    assert heading(page) == "Check your answers"
    press(page, "Change")
    press(page, "Save")
    press(page, "Hand in")
    assert heading(page) in ("Passed", "Not passed yet")
    assert page.get_by_text("You got").is_visible()
