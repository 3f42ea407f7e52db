"""What people of a story do: come, press, write, see, wait for something, and read their mail."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import PATIENCE_SECONDS, Demo, become
from tests.mails import read_mail

PHONE, TABLET, DESK = (375, 812), (768, 1024), (1280, 900)
LOOK_AGAIN_MS = 200
Got = TypeVar("Got")


@dataclass
class Stage:
    """The demo, and the browsers of everybody who came to it."""

    demo: Demo
    browser: Browser
    open: list[BrowserContext] = field(default_factory=list)

    def comes(self, key: str = "", *, with_: tuple[int, int] = PHONE) -> Page:
        """Somebody comes with a fresh browser: one of the demo's people, or "" for a stranger."""
        width, height = with_
        context = self.browser.new_context(base_url=self.demo.address, viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.open.append(context)
        page = context.new_page()
        if key:
            become(page, key)
            page.get_by_role("heading", name="Hello").wait_for()
        return page

    def clear(self) -> None:
        """Everybody closes their browser."""
        for context in self.open:
            context.close()
        self.open.clear()


def press(page: Page, words: str) -> None:
    """Presses the button or follows the link with exactly these words, and waits for the page behind it."""
    button = page.get_by_role("button", name=words, exact=True)
    found = button.or_(page.get_by_role("link", name=words, exact=True)).first
    menu = page.locator("details.app-menu:not([open]) > summary")
    if menu.is_visible() and not found.is_visible():
        menu.click()
    with page.expect_navigation():
        found.click()
    assert "There is a problem" not in read(page), f"after {words!r}: {read(page)[:600]}"


def read(page: Page) -> str:
    """Gives what the page says, in one line."""
    return " ".join(page.locator("main").inner_text().split())


def sees(page: Page, *words: str) -> None:
    """Checks that the page says all of this."""
    said = read(page)
    for one in words:
        assert one in said, f"{page.url} does not say {one!r}: {said[:1500]}"


def sees_nothing_of(page: Page, *words: str) -> None:
    """Checks that the page says none of this."""
    said = page.content()
    for one in words:
        assert one not in said, f"{page.url} says {one!r}"


def waits_for(page: Page, path: str, *words: str) -> None:
    """Looks at a page again and again until it says all of this."""

    def look() -> bool:
        page.goto(path)
        said = read(page)
        return all(one in said for one in words)

    until(page, look, lambda: f"{path} never said {words}: {read(page)[:1500]}")


def until(page: Page, look: Callable[[], Got], otherwise: Callable[[], str]) -> Got:
    """Looks until there is something, while the page lives on; says what was missing when patience is over."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        page.wait_for_timeout(LOOK_AGAIN_MS)
    raise AssertionError(otherwise())


def fills(page: Page, **given: str) -> None:
    """Fills in a form by the names of its fields: types, chooses by the words shown, or ticks."""
    for name, words in given.items():
        field_ = page.locator(f'[name="{name}"]').first
        kind = field_.evaluate("field => field.type")
        if kind == "select-one":
            field_.select_option(label=words)
        elif kind in ("radio", "checkbox"):
            page.locator(f'[name="{name}"][value="{words}"]').check()
        else:
            field_.fill(words)


def follows_link(page: Page, demo: Demo, *, to: str, about: str, way: str, since: float = 0) -> None:
    """Waits for the mail to somebody about something, and opens the link in it that leads this way.

    `since` leaves out the mails from before.
    """

    def look() -> str:
        letters = {path: path.stat().st_mtime for path in demo.mails.glob("*.eml")}
        for path in sorted((one for one in letters if letters[one] >= since), key=letters.__getitem__, reverse=True):
            letter = read_mail(path)
            found = re.search(rf"http\S+{re.escape(way)}\S*", letter.text)
            if letter.to == to and found and about in f"{letter.subject} {letter.text}":
                return found[0]
        return ""

    page.goto(until(page, look, lambda: f"no mail to {to} about {about!r} came"))
