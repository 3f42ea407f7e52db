"""Pages of whoever assesses, on a tablet: all that is pressed is as large as a finger, and reached by the Tab key."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.axe import asked
from tests.browser.walk import pages_of, pattern_of

LEAST = 44
"""Pixels, each way. Source: https://www.w3.org/TR/WCAG22/#target-size-enhanced"""
ROOM = re.compile(r"^/(assessments|relations|tasks)(/|\?|$)")
MOST_READ = {"bruno": 24, "dara": 24, "chloe": 12, "amina": 6}
"""Who walks, and at most how many pages of the room."""
WANTED = {
    "bruno": {"/assessments/to-countersign", "/assessments/{id}/countersign", "/assessments/calibrate",
              "/assessments/calibrated/{id}", "/assessments/{id}/rate", "/assessments/{id}/visit", "/relations"},
    "dara": {"/assessments/quality", "/assessments/quality/{id}", "/assessments/quality/plan",
             "/assessments/calibration/sets/{id}", "/assessments/agreement/pairs", "/assessments/{id}/decide"},
    "chloe": {"/assessments/week", "/assessments/eligible/{id}"},
    "amina": {"/assessments/{id}"},
}  # fmt: skip
"""Pages that everybody has to come by: else the demo does not show them."""
TOO_SMALL = """(least) => [...document.querySelectorAll(
  "main a[href], main button, main summary, main input:not([type=hidden]), main select, main textarea"
)].filter((one) => one.checkVisibility() && one.getClientRects().length).filter((one) => {
  const size = (part) => part?.getBoundingClientRect() ?? { width: 0, height: 0 };
  const parts = [size(one)];
  if (one.matches("[type=radio], [type=checkbox]")) parts.push(...[...(one.labels ?? [])].map(size));
  if (one.matches(".app-card__link")) parts.push(size(one.closest(".app-card")));
  // In a table the next one is a cell away, and wider columns of numbers would not fit on the page.
  if (one.matches("td a, th a")) parts.push({ width: size(one.closest("td, th")).width, height: 0 });
  // WCAG asks nothing of a link that stands in a sentence.
  const rest = one.matches("a:not(.govuk-button)") && one.closest("li, td, th, p, dd, h1, h2, h3, div").textContent.replace(one.textContent, "").trim();
  return !rest && !(Math.max(...parts.map((part) => part.width)) >= least && Math.max(...parts.map((part) => part.height)) >= least);
}).map((one) => `${one.tagName} ${one.textContent.trim().slice(0, 40) || one.name}: ${Math.round(one.getBoundingClientRect().width)} x ${Math.round(one.getBoundingClientRect().height)}`)
"""  # noqa: E501
NOT_REACHED = """() => [...document.querySelectorAll("main a[href], main button, main summary, main input:not([type=hidden]), main select, main textarea")]
  .filter((one) => one.checkVisibility() && !one.disabled && (one.tabIndex < 0 || one.tabIndex > 0))
  .map((one) => one.outerHTML.slice(0, 80))
"""  # noqa: E501


@pytest.mark.timeout(300)
@pytest.mark.parametrize("key", MOST_READ)
def test_on_a_tablet_all_of_an_assessors_pages_are_for_fingers_and_for_the_keyboard(
    key: str, be: Callable[..., Page]
) -> None:
    page, troubles, seen = be(key), list[str](), set[str]()
    page.set_viewport_size({"width": 768, "height": 1024})
    waiting, tried = ["/", "/tasks", "/people", "/assessments", "/relations"], set[str]()
    while waiting and len(seen) < MOST_READ[key]:
        path = waiting.pop(0)
        pattern = pattern_of(urlsplit(path).path)
        if path in tried or pattern in seen:
            continue
        tried.add(path)
        answer = page.goto(path)
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        pattern = pattern_of(urlsplit(page.url).path)
        links = "all => all.map(a => a.getAttribute('href'))"
        found = pages_of(page.url, page.eval_on_selector_all("a[href]:not([download])", links))
        waiting += [
            one for one in found if ROOM.match(one) or (key == "chloe" and re.match("/people/[0-9a-f-]{36}$", one))
        ]
        if not ROOM.match(urlsplit(page.url).path) or pattern in seen:
            continue
        seen.add(pattern)
        found = [*page.evaluate(TOO_SMALL, LEAST), *page.evaluate(NOT_REACHED), *asked(page)]
        troubles += [f"{pattern} ({path}): {words}" for words in found]
    assert not troubles, "\n".join(troubles)
    assert not WANTED[key] - seen, WANTED[key] - seen
