"""A reader without a mouse: Tab to something by its words, see where the focus is, press a key."""

from playwright.sync_api import Page

MOST_PRESSES = 250
WORDS_OF_FOCUS = r"""() => {
  const at = document.activeElement;
  if (!at || at === document.body) return "";
  const labels = [...(at.labels || [])].map((label) => label.innerText);
  const legend = at.closest("fieldset")?.querySelector("legend")?.innerText || "";
  const words = [...labels, at.innerText, at.getAttribute("aria-label"), legend].filter(Boolean).join(" | ");
  return words.replace(/\s+/g, " ");
}"""
SHOWS_FOCUS = """() => {
  const at = document.activeElement, beside = at.closest("label") ?? at.nextElementSibling;
  const drawn = (one, part) => one && getComputedStyle(one, part).outlineStyle !== "none";
  return Boolean(drawn(at) || drawn(beside) || drawn(beside, "::before"));
}"""


def tab_to(page: Page, words: str) -> None:
    """Presses Tab until the focus is on something with these words, and checks that the focus can be seen."""
    met = list[str]()
    for _ in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        found = str(page.evaluate(WORDS_OF_FOCUS))
        if words.lower() in found.lower():
            assert page.evaluate(SHOWS_FOCUS), f"the focus on {found!r} cannot be seen"
            return
        met.append(found)
    raise AssertionError(f"Tab never came to {words!r} on {page.url}; it came to {met[:40]}")


def press(page: Page, words: str, key: str = "Enter") -> None:
    """Tabs to a link or button and presses it; waits for the page that follows."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press(key)
    page.wait_for_load_state()


def heading(page: Page) -> str:
    """Gives the words of the first heading."""
    return page.locator("h1").inner_text()
