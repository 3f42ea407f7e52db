"""Somebody suspends several certificates on a phone by keyboard alone: ticks, rehearses, does it, undoes it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.keyboard import heading, press, tab_to

pytestmark = pytest.mark.timeout(300)


def _fine(page: Page) -> None:
    assert violations(page) == [], page.url
    page.set_viewport_size({"width": 375, "height": 812})


def test_ticked_certificates_are_rehearsed_suspended_and_undone(be: Callable[..., Page]) -> None:
    page = be("dara")
    press(page, "Register")
    _fine(page)
    name = page.locator("tbody th a").first.inner_text()
    tab_to(page, f"Choose {name}")
    page.keyboard.press("Space")
    tab_to(page, "What to do")
    page.keyboard.type("Suspend")
    press(page, "Go on")
    assert heading(page) == "Suspend certificates"
    expect(page.get_by_text("You have chosen 1 certificate:")).to_be_visible()
    _fine(page)
    press(page, "Check it")
    expect(page.get_by_text("Say why, in a sentence or two").first).to_be_visible()
    _fine(page)
    tab_to(page, "Why?")
    page.keyboard.type("The hub is being looked into.")
    press(page, "Check it")
    expect(page.get_by_text("Will be done: 1")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Undoing restores the certificates.")).to_be_visible()
    _fine(page)
    press(page, "Do it: 1 certificate")
    expect(page.get_by_text("Done: 1", exact=True).first).to_be_visible(timeout=20_000)
    _fine(page)
    press(page, "Undo this batch")
    expect(page.get_by_text("Undone", exact=True).first).to_be_visible(timeout=20_000)
    _fine(page)
    page.goto("/certificates/decisions")
    _fine(page)
    page.goto("/courses/cohorts")
    with page.expect_navigation():
        page.locator("tbody th a").first.click()
    assert page.get_by_role("checkbox", name="Choose ").count() > 0
    _fine(page)
    page.goto("/batches")
    expect(page.get_by_text("Suspend certificates").first).to_be_visible()
