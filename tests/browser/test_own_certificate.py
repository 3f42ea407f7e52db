"""What somebody does with a certificate, by keyboard alone: shows it, is named on a list, appeals; all of it light."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.axe import violations
from tests.browser.keyboard import heading, press, tab_to
from tests.browser.test_bytes import LATER_VIEW_BYTES, bytes_of

pytestmark = pytest.mark.timeout(300)
Be = Callable[..., Page]


def fine(page: Page) -> None:
    """Looks at a page at every width, and weighs it as a phone that has been here before."""
    assert violations(page) == [], page.url
    page.set_viewport_size({"width": 375, "height": 812})
    fetched = list[Request]()

    def note(request: Request) -> None:
        fetched.append(request)

    page.on("requestfinished", note)
    page.goto(page.url)
    page.wait_for_load_state("networkidle")
    page.remove_listener("requestfinished", note)
    assert 0 < bytes_of(fetched) <= LATER_VIEW_BYTES, [(one.url, one.sizes()) for one in fetched]


def own_certificate(page: Page, standing: str = "Valid") -> str:
    """Opens the first certificate of a standing, of whoever the page belongs to; gives its address."""
    page.goto("/certificates")
    with page.expect_navigation():
        page.locator("main section").filter(has_text=standing).get_by_role("link").first.click()
    return page.url


def test_a_holder_is_congratulated_shares_by_links_and_stands_on_the_list_of_the_site(be: Be) -> None:
    bruno, stranger = be("bruno"), be()
    path = own_certificate(bruno)
    fine(bruno)
    bruno.goto(f"{path}/milestone")
    fine(bruno)
    press(bruno, "Open my certificate")
    press(bruno, "Links for an employer")
    for label, way in (("Cardiff Council", "As often"), ("Swansea Council", "Once only")):
        tab_to(bruno, "Who is it for?")
        bruno.keyboard.type(label)
        tab_to(bruno, "As often as they like")
        if way == "Once only":
            bruno.keyboard.press("ArrowDown")
        tab_to(bruno, "Last day")
        bruno.keyboard.type((date.today() + timedelta(days=9)).strftime("%m%d%Y"))
        press(bruno, "Make the link")
        expect(bruno.get_by_role("heading", name=label)).to_be_visible()
    fine(bruno)
    once, dated = [one.partition("/s/")[2] for one in bruno.locator(".app-breakable").all_inner_texts()]
    stranger.goto(f"/s/{dated}")
    assert heading(stranger) == "Valid"
    fine(stranger)
    stranger.goto(f"/s/{once}")
    fine(stranger)
    press(stranger, "Show the certificate")
    assert heading(stranger) == "Valid" and violations(stranger) == []
    stranger.goto(f"/s/{once}")
    assert heading(stranger) != "Valid"
    bruno.reload()
    expect(bruno.get_by_text("Over since")).to_be_visible()
    assert bruno.get_by_text("Opened on").count() == 2
    bruno.goto("/certificates/staff-lists")
    press(bruno, "Name me on the list")
    fine(bruno)
    stranger.goto(bruno.locator("main a[href*='/staff/']").first.get_attribute("href") or "")
    expect(stranger.get_by_text("Bruno Costa").first).to_be_visible()
    fine(stranger)
    press(bruno, "Take my name off")


def test_a_suspended_holder_appeals_and_whoever_suspended_is_barred(be: Be) -> None:
    dara, bruno = be("dara"), be("bruno")
    dara.goto("/register?name=Bruno")
    tab_to(dara, "Choose Bruno Costa")
    press(dara, "Bruno Costa")
    fine(dara)
    tab_to(dara, "What should happen?")
    dara.get_by_label("Suspend", exact=False).first.focus()
    dara.keyboard.press("Space")
    tab_to(dara, "From which day?")
    dara.keyboard.type(date.today().strftime("%m%d%Y"))
    tab_to(dara, "Why?")
    dara.keyboard.type("A report came in.")
    press(dara, "Change")
    own_certificate(bruno, "Suspended")
    fine(bruno)
    press(bruno, "You can appeal by")
    fine(bruno)
    tab_to(bruno, "What was wrong?")
    bruno.keyboard.type("The report is about somebody else.")
    press(bruno, "Send my appeal")
    expect(bruno.get_by_text("You get a mail at each step.")).to_be_visible()
    fine(bruno)
    dara.goto("/certificates/decisions")
    press(dara, "Appeals: 1 open")
    fine(dara)
    press(dara, "Bruno Costa")
    expect(dara.get_by_text("You may not decide this", exact=False).first).to_be_visible()
    fine(dara)
