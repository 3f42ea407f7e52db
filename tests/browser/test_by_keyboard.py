"""The five journeys that must work by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.keyboard import heading, press, tab_to

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
    assert violations(page) == []
    while page.locator("input[name=choices]").count():
        page.locator("body").focus()
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.name") != "choices":
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        press(page, "Next")
    assert heading(page) == "Check your answers"
    assert violations(page) == []
    press(page, "Change")
    press(page, "Save")
    press(page, "Hand in")
    assert heading(page) in ("Passed", "Not passed yet")
    expect(page.get_by_text("You got")).to_be_visible()
    assert violations(page) == []


def test_an_observation_is_rated_checked_and_signed(be: Callable[..., Page]) -> None:
    page = be("bruno")
    press(page, "Assessments")
    press(page, "Begin an assessment")
    tab_to(page, "Who did you watch?")
    page.keyboard.type("Amina")
    tab_to(page, "I was in the room")
    page.keyboard.press("Space")
    press(page, "Begin")
    assert heading(page) == "Rate Amina Yusuf"
    assert violations(page) == []
    for number, item in enumerate(page.locator("fieldset.app-rubric > legend").all_text_contents()):
        if number:
            tab_to(page, "Next item")
            page.keyboard.press("Enter")
        tab_to(page, f"I watched for this Tick below what you saw. | {item}")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    press(page, "Check your answers")
    assert heading(page) == "Check your answers"
    assert violations(page) == []
    press(page, "Hand in and sign")
    assert heading(page) == "Result of Amina Yusuf"
    assert violations(page) == []


def test_who_was_certified_on_a_day_is_found_down_to_the_evidence(be: Callable[..., Page]) -> None:
    page = be("dara")
    press(page, "Register")
    tab_to(page, "Filter more, and sort")
    page.keyboard.press("Enter")
    tab_to(page, "On the day")
    page.keyboard.type("06302026")
    press(page, "Show")
    assert "as_of=2026-06-30" in page.url
    expect(page.get_by_text("on 30 June 2026")).to_be_visible()
    name = page.locator("tbody th a").first.inner_text()
    tab_to(page, f"Choose {name}")
    press(page, name)
    assert heading(page).startswith(name)
    expect(page.get_by_role("heading", name="Evidence it rests on")).to_be_visible()


def test_a_stranger_verifies_a_certificate_by_its_number(be: Callable[..., Page]) -> None:
    central = be("dara")
    central.goto("/register")
    name = central.locator("tbody tr").first.locator("th").inner_text().split()[-1]
    serial = central.locator("tbody tr").first.locator("td").last.inner_text().removeprefix("Serial:").strip()
    page = be()
    page.goto("/verify")
    tab_to(page, "Link, code or serial number")
    page.keyboard.type(serial.lower())
    tab_to(page, "Family name, with a serial number (optional)")
    page.keyboard.type(name.lower())
    press(page, "Check")
    assert heading(page) == "Valid"
    expect(page.get_by_text("Checked on")).to_be_visible()
    assert violations(page) == []
