"""What a browser keeps of a rating, when it can keep nothing, and when two people or two windows share it."""

import re
import time
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, expect

from tests.browsing import become

REFUSED = "indexedDB.open = () => { throw new DOMException('', 'SecurityError'); };"
FULL = "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); };"
NO_PROMPT = "addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);"
STATUS, NEWS = "#draft-status", "#draft-news"
DRAFTS = (
    "new Promise((found) => { indexedDB.open('ratings').onsuccess = ({ target }) => {"
    " const drafts = target.result.transaction('drafts').objectStore('drafts');"
    " drafts.count().onsuccess = (one) => found(one.target.result); }; })"
)
"""How many drafts the device keeps."""
SLOW = (
    "const open = indexedDB.open.bind(indexedDB); indexedDB.open = (...all) => {"
    " const slow = {}; addEventListener('let go', () => { const request = open(...all);"
    " for (const one of ['onsuccess', 'onerror', 'onupgradeneeded'])"
    " request[one] = (event) => { slow.result = request.result; slow[one]?.(event); }; });"
    " return slow; };"
)
"""Opens the drafts of the device only when the test lets them go."""
Be = Callable[..., Page]


def _begun(page: Page) -> str:
    """Begins an assessment of Amina; gives the address of its cards."""
    page.goto("/assessments/new")
    page.locator("#person").select_option(label=page.locator("#person option", has_text="Amina Yusuf").inner_text())
    page.get_by_label("I was in the room").check()
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(re.compile("/rate$"))
    return page.url


def _kept(page: Page) -> None:
    """Waits until the service worker has kept the page."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.reload()
    for _ in range(150):  # a promise is awaited by evaluate alone
        if page.evaluate("caches.match(location.href).then(Boolean)"):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{page.url} is not kept")


def _write(page: Page, words: str) -> None:
    page.locator("details.govuk-details > summary", has_text="Item ").click()
    page.locator("details.govuk-details ol a").first.click()
    card = page.locator("fieldset.app-rubric").first
    card.locator("input[type=radio]").first.check()
    card.locator("textarea").fill(words)


def _signed_in(context: BrowserContext, key: str) -> Page:
    page = context.new_page()
    become(page, key)
    return page


def test_a_window_that_keeps_nothing_rates_online_and_signs_out(be: Be) -> None:
    for broken in (REFUSED, FULL):
        words = f"Seen in a private window {uuid4()}"
        page = be("bruno")
        page.context.add_init_script(broken)
        page.context.add_init_script(NO_PROMPT)
        rating = _begun(page)
        page.context.set_offline(True)
        _write(page, words)
        expect(page.locator(STATUS)).to_contain_text("Not sent yet: keep this page open.")
        page.context.set_offline(False)
        expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
        page.get_by_role("button", name="Save and go on later").click()
        page.wait_for_url(re.compile("notice="))
        page.goto(rating)
        expect(page.locator("textarea").first).to_have_value(words)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("/sign-in"))


def test_answers_are_not_saved_as_those_of_whoever_signed_in_since(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    _kept(page)
    _signed_in(page.context, "dara")
    _write(page, "What Bruno saw")
    expect(page.locator(STATUS)).to_contain_text("Sign in again, and it is sent.", timeout=30_000)
    _signed_in(page.context, "bruno")
    expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
    page.goto(rating)
    expect(page.locator("textarea").first).to_have_value("What Bruno saw")


def test_nothing_of_a_rater_is_kept_for_the_next_person(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    _kept(page)
    other = _signed_in(page.context, "amina")
    other.wait_for_function("caches.has('ratings').then((there) => !there)")
    page.context.set_offline(True)
    other.goto("/assessments")
    expect(other.get_by_role("heading", name="No signal")).to_be_visible()


def test_only_what_is_to_be_rated_is_kept_and_nothing_after_signing_out(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    _kept(page)
    page.goto("/assessments")
    for path in page.locator("main a[href^='/assessments/']").evaluate_all("all => all.map((one) => one.pathname)")[:8]:
        page.goto(path)
    page.wait_for_timeout(1000)
    kept = page.evaluate(
        "caches.open('ratings').then((one) => one.keys()).then((all) => all.map((one) => new URL(one.url).pathname))"
    )
    pages = {one for one in kept if not one.startswith("/assets/")}
    assert all(re.fullmatch("/assessments(/owner|/[0-9a-f-]{36}/rate)?", one) for one in pages), pages
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.evaluate("caches.has('ratings')") is False or page.evaluate(
        "caches.open('ratings').then((one) => one.keys()).then((all) => all.length)"
    ) == 0  # fmt: skip


def test_two_windows_that_began_at_once_share_a_draft(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    other = page.context.new_page()
    other.goto(rating)
    expect(other.locator(STATUS)).to_contain_text("not answered")
    _write(page, "First window")
    expect(other.locator("textarea").first).to_have_value("First window")
    _write(other, "Second window")
    expect(other.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
    expect(page.locator("textarea").first).to_have_value("Second window")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))


def _let_go(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('let go'))")


def test_what_is_typed_before_the_drafts_are_read_is_kept_and_sent(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    page.context.add_init_script(SLOW)
    page.goto(rating)
    card = page.locator("fieldset.app-rubric").first
    card.locator("input[type=radio]").first.check()
    card.locator("textarea").fill("Typed at once")
    _let_go(page)
    expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
    expect(card.locator("textarea")).to_have_value("Typed at once")
    elsewhere = page.context.browser
    assert elsewhere
    other = elsewhere.new_context(base_url=page.url.split("/assessments")[0])
    seen = _signed_in(other, "bruno")
    seen.goto(rating)
    expect(seen.locator("textarea").first).to_have_value("Typed at once")
    other.close()


def test_an_earlier_draft_does_not_overwrite_what_is_typed_before_it_is_read(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    page.route("**/draft", lambda route: route.abort())
    _write(page, "From the first visit")
    expect(page.locator(STATUS)).to_contain_text("Saved on this device.")
    page.context.add_init_script(SLOW)
    page.goto(rating)
    cards = page.locator("fieldset.app-rubric")
    cards.first.locator("input[type=radio]").nth(1).check()
    cards.first.locator("textarea").fill("From the second")
    cards.nth(1).locator("textarea").fill("Only now")
    _let_go(page)
    expect(page.locator(STATUS)).to_contain_text("Saved on this device.")
    expect(cards.first.locator("textarea")).to_have_value("From the first visit\nFrom the second")
    expect(cards.first.locator("input[type=radio]").nth(1)).to_be_checked()
    expect(cards.nth(1).locator("textarea")).to_have_value("Only now")
    page.unroute("**/draft")


def test_whoever_has_to_go_signs_out_and_deletes_what_was_not_sent(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    _kept(page)
    page.route("**/draft", lambda route: route.abort())
    _write(page, "Never sent")
    for _ in range(2):
        page.get_by_role("button", name="Sign out", exact=True).click()
        expect(page.get_by_role("alert")).to_have_count(1)
    page.get_by_role("button", name="Delete these answers and sign out").click()
    page.wait_for_url(re.compile("/sign-in"))


def test_whoever_was_signed_out_meanwhile_is_told_so(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    page.context.set_offline(True)
    _write(page, "After the session was over")
    page.context.clear_cookies()
    page.context.set_offline(False)
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out already.")
    _signed_in(page.context, "bruno")
    expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)


def test_a_rating_that_was_cancelled_does_not_look_sent(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    other = _signed_in(page.context, "bruno")
    other.goto(rating.replace("/rate", "/stop"))
    other.locator("[name=reason]").fill("No group came")
    other.get_by_role("button", name="Cancel the assessment").click()
    other.wait_for_url(re.compile("/assessments[?]"))
    _write(page, "Too late")
    expect(page.locator(STATUS)).to_contain_text("This rating is closed", timeout=30_000)
    expect(page.locator(NEWS)).to_contain_text("This rating is closed")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.evaluate(DRAFTS) == 0


def test_a_page_is_kept_while_answers_wait_however_late_the_clock_says_it_is(be: Be) -> None:
    page = be("bruno")
    rating = _begun(page)
    _kept(page)
    page.context.set_offline(True)
    _write(page, "Long away")
    expect(page.locator(STATUS)).to_contain_text("Saved on this device.")
    page.clock.install()
    page.clock.fast_forward(500 * 3_600_000)
    for _ in range(2):
        page.goto(rating)
        expect(page.locator("textarea").first).to_have_value("Long away")
        page.wait_for_timeout(500)


def test_a_screen_reader_hears_of_trouble_and_not_of_each_letter(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    page.evaluate(
        "window.heard = []; new MutationObserver(() => heard.push(document.querySelector('#draft-news').textContent))"
        ".observe(document.querySelector('#draft-news'), { childList: true, subtree: true, characterData: true })"
    )
    _write(page, "One")
    page.locator("textarea").first.press_sequentially(" two three four five")
    expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
    assert page.evaluate("heard") == []
    page.context.set_offline(True)
    page.locator("textarea").first.press_sequentially(" six seven")
    expect(page.locator(NEWS)).to_contain_text("when there is a signal", timeout=30_000)
    assert len(page.evaluate("heard")) == 1


def test_the_line_at_the_foot_hides_nothing_that_has_the_focus(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    for width, height in ((320, 640), (375, 667), (640, 360), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
        for _ in range(45):
            page.keyboard.press("Tab")
            hidden = page.evaluate(
                "() => { const one = document.activeElement, at = one.getBoundingClientRect();"
                " const foot = document.querySelector('#draft-status').getBoundingClientRect();"
                " const below = document.querySelector('#draft-status').compareDocumentPosition(one) & 4;"
                " return !below && one !== document.body && at.top >= foot.top && at.bottom <= foot.bottom && one.id; }"
            )
            assert not hidden, (width, height, hidden)


def test_two_weeks_after_sending_answers_and_pages_are_gone_from_the_device_and_not_before(be: Be) -> None:
    page = be("bruno")
    _begun(page)
    _kept(page)
    _write(page, "Sent long ago")
    expect(page.locator(STATUS)).to_contain_text("Sent ", timeout=30_000)
    page.clock.install()
    for days, left in ((13, 1), (15, 0)):
        page.clock.set_system_time(time.time() + days * 86_400)
        page.goto("/")  # the first page after that, whichever it is
        page.wait_for_timeout(1500)
        assert page.evaluate(DRAFTS) == left, days
        kept = page.evaluate(
            "caches.open('ratings').then((one) => one.keys()).then((all) => all.map((one) => one.url))"
        )
        assert any(one.endswith("/rate") for one in kept) == bool(left), days
