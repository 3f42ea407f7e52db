"""An assessor rates a visit where there is no signal; the power goes, the browser is closed, and it arrives once."""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browsing import QUIET, Demo, become, chromium_of_the_machine, running_demo
from tests.history import copied

pytestmark = pytest.mark.timeout(300)
SOON = 30_000
STATUS = "#draft-status"
INTERRUPTIONS = 8
"""`SEED` and this many more are walked by hand before a release; each is a reload, a kill or a closed browser."""


@pytest.fixture
def demo(published: Path, tmp_path: Path) -> Iterator[Demo]:
    """A demo that can be killed."""
    with running_demo(copied(published, tmp_path)) as found:
        yield found


@contextmanager
def a_tablet(chromium: Browser, folder: Path, address: str) -> Iterator[BrowserContext]:
    """A browser that keeps what it has when it is closed."""
    found = chromium_of_the_machine()
    context = chromium.browser_type.launch_persistent_context(
        str(folder), executable_path=found, args=QUIET, base_url=address, viewport={"width": 768, "height": 1024}
    )  # fmt: skip
    context.set_default_timeout(SOON)
    try:
        yield context
    finally:
        context.close()


def _signed_in(context: BrowserContext, key: str) -> Page:
    page = context.new_page()
    become(page, key)
    return page


def _begun(page: Page) -> str:
    """Begins an assessment of Amina with nobody else; gives its address."""
    page.goto("/assessments/new")
    amina = page.locator("#person option", has_text="Amina Yusuf").get_attribute("value")
    page.locator("#person").select_option(value=amina)
    page.get_by_label("I was in the room").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/rate$"))
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    return page.url


def _cards(page: Page) -> int:
    return page.locator("fieldset.app-rubric").count()


def _answer(page: Page, number: int, note: str = "") -> None:
    """Goes to an item by the list, watches it, ticks the first behaviour and writes a word."""
    page.locator("details.govuk-details > summary", has_text="Item ").click()
    page.locator("details.govuk-details ol a").nth(number).click()
    card = page.locator("fieldset.app-rubric").nth(number)
    expect(card).to_be_visible()
    card.locator("input[type=radio]").first.check()
    card.locator("textarea").fill(note or f"Word {number}")


def _awaits(page: Page, words: str) -> None:
    expect(page.locator(STATUS)).to_contain_text(words, timeout=SOON)


def test_a_visit_is_rated_without_a_signal_and_arrives_once(demo: Demo, chromium: Browser, tmp_path: Path) -> None:
    with a_tablet(chromium, tmp_path / "tablet", demo.address) as tablet:
        page = _signed_in(tablet, "bruno")
        rating = _begun(page)
        assert violations(page) == []
        many = _cards(page)
        _answer(page, 0)
        _awaits(page, "Sent ")
        demo.kill()
        _answer(page, 1)
        _awaits(page, "Saved on this device. It is sent when there is a signal.")
        page.reload()
        expect(page.locator("fieldset.app-rubric").nth(1).locator("textarea")).to_have_value("Word 1")
        page.get_by_role("button", name="Check your answers").click()
        _awaits(page, "Saved on this device.")
        assert page.url == rating, "no page of the browser's own comes in its place"
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("alert")).to_contain_text("You are still signed in")
    with a_tablet(chromium, tmp_path / "tablet", demo.address) as tablet:
        page = tablet.new_page()
        page.goto("/assessments")
        page.get_by_role("link", name="Amina Yusuf").first.click()
        page.wait_for_url(rating)
        expect(page.locator("fieldset.app-rubric").nth(1).locator("textarea")).to_have_value("Word 1")
        for number in range(2, many):
            _answer(page, number)
        _awaits(page, "all answered")
        demo.start()
        _awaits(page, "Sent ")
        page.get_by_role("button", name="Check your answers").click()
        page.wait_for_url(re.compile("/check$"))
        for number in range(many):
            expect(page.get_by_text(f"Word {number}", exact=False).first).to_be_visible()
        page.get_by_role("button", name="Hand in and sign").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Result of Amina Yusuf")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("/sign-in"))


def test_answers_of_a_tablet_and_a_phone_are_chosen_between(demo: Demo, chromium: Browser, tmp_path: Path) -> None:
    with (
        a_tablet(chromium, tmp_path / "tablet", demo.address) as tablet,
        a_tablet(chromium, tmp_path / "phone", demo.address) as phone,
    ):
        page = _signed_in(tablet, "bruno")
        rating = _begun(page)
        other = _signed_in(phone, "bruno")
        other.goto(rating)
        tablet.set_offline(True)
        _answer(page, 0, "Seen with the tablet")
        _awaits(page, "Saved on this device")
        _answer(other, 0, "Seen with the phone")
        _awaits(other, "Sent ")
        tablet.set_offline(False)
        _awaits(page, "You gave other answers on another device")
        page.get_by_role("button", name="Look at both").click()
        expect(page.get_by_text("Seen with the phone")).to_be_visible()
        assert violations(page) == []
        page.get_by_label("On this device").check()
        page.get_by_role("button", name="Save and go on").click()
        page.wait_for_url(re.compile("/rate"))
        expect(page.locator("fieldset.app-rubric").first.locator("textarea")).to_have_value("Seen with the tablet")
        _awaits(page, "not answered")


def test_whatever_interrupts_a_rating_no_word_is_lost(demo: Demo, chromium: Browser, tmp_path: Path) -> None:
    chance, words = random.Random(11), {}
    alive, rating, many = True, "", 0
    for turn in range(INTERRUPTIONS):
        with a_tablet(chromium, tmp_path / "tablet", demo.address) as tablet:
            page = tablet.new_page() if rating else _signed_in(tablet, "bruno")
            rating = rating or _begun(page)
            page.goto(rating)
            many = many or _cards(page)
            for _ in range(chance.randint(1, 3)):
                number = chance.randrange(many)
                words[number] = f"Turn {turn}, {chance.random()}"
                _answer(page, number, words[number])
                expect(page.locator(STATUS)).to_have_text(re.compile("^(Saved on this device|Sent)"), timeout=SOON)
                if chance.random() < 0.5:
                    page.wait_for_timeout(chance.randrange(400))
                    page.reload()
            page.wait_for_timeout(chance.randrange(100, 4000))
            if alive and chance.random() < 0.5:
                demo.kill()
                alive = False
            elif not alive:
                demo.start()
                alive = True
    if not alive:
        demo.start()
    with a_tablet(chromium, tmp_path / "tablet", demo.address) as tablet:
        page = tablet.new_page()
        page.goto(rating)
        _awaits(page, "Sent ")
        page.evaluate("indexedDB.deleteDatabase('ratings')")
        page.reload()
        for number, told in words.items():
            expect(page.locator("fieldset.app-rubric").nth(number).locator("textarea")).to_have_value(told)
