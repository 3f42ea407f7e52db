"""Every page that somebody of the cast can open: no axe violation, no sideways scrolling, no error, few bytes."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import VENDORED, WIDTHS, violations
from tests.browser.walk import walk
from tests.browsing import running_demo

SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PHONE = 375
EVERY_WIDTH = (320, 375, 640, 768, 1280)
"""640 is what is left of 1280 at a zoom of 200 %."""
SAMPLES = [
    ("", "/sign-in"),
    ("amina", "/"),
    ("amina", "/pathways"),
    ("amina", "/courses/leading-a-parenting-group"),
    ("amina", "/practice/new?type=delivery&what=group&pathway=growing_together"),
    ("bruno", "/assessments/new"),
    ("dara", "/register"),
    ("dara", "/audits"),
]
SITE = ("Sites", "Riverside Family Centre")
DEEP = (
    ("chloe", *SITE, "What the site must show, and what it holds", "Record something", "Licence agreement"),
    ("chloe", *SITE, "What the site must show, and what it holds", "Licensed EPEC hub"),
    ("chloe", "People", "Beth Morgan", "Programmes and roles"),
    ("chloe", "Records", "What leaders change in the programme"),
    ("amina", "My practice", "group confirmed", "group, ", "What parents say"),
    ("amina", "My pathway", "EPEC, Being a Parent (parent group leaders)", "Ask to join a programme"),
    ("dara", "Parents’ words"),
    ("dara", "Calibration", "Bruno Costa", "Record a calibration"),
    ("dara", "People", "Beth Morgan", "Who may assess them"),
    ("dara", "People", "Bruno Costa", "What relies on their assessments"),
    ("dara", "Register", "Kiran Shah", "Issue it again"),
    ("dara", "People", "Beth Morgan", "Same person as …"),
)
"""Pages that lie deep, by whom and by which links from the home page: each of them is looked at on the way."""
seen: Counter[str] = Counter()
"""How often a route was looked at: the first time at every width, twice more on a phone, then it holds no news."""
TROUBLES = ("not found", "Sorry", "not for you")
STARTS = {
    "": ("/sign-in", "/people/choose", "/verify", "/nowhere"),
    "amina": ("/",),
    "bruno": ("/",),
    "chloe": ("/",),
    "dara": ("/",),
    "emre": ("/",),
    "farah": ("/",),
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo that begins with nothing, or another: certificates lead to where they were issued."""
    if known := os.environ.get("TRAINING_TEST_ADDRESS"):
        yield known
        return
    with running_demo(tmp_path_factory.mktemp("demo")) as demo:
        yield demo.address


def test_axe_is_as_it_was_vendored() -> None:
    for line in (VENDORED / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest


@pytest.mark.timeout(900)
@pytest.mark.parametrize("key", STARTS, ids=lambda key: key or "stranger")
def test_every_page_that_one_can_walk_to_is_accessible(key: str, be: Callable[..., Page]) -> None:
    page, troubles, walked = be(key), list[str](), list[str]()
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: script failed: {error}"))
    page.on("console", lambda said: troubles.append(f"{page.url}: {said.text}") if "Policy" in said.text else None)
    for pattern, path in walk(page, STARTS[key]):
        walked.append(path)
        widths = WIDTHS if not seen[pattern] else (PHONE,) if seen[pattern] < 3 else ()
        seen[pattern] += 1
        missing = path == "/nowhere"
        troubles += [f"{pattern} ({path}) {words}" for words in _troubles(page, widths, expect_missing=missing)]
        if os.environ.get("TRAINING_TEST_SCREENSHOTS"):
            _shoot(page, f"{key or 'stranger'}{pattern}".replace("/", "_"))
    assert len(walked) >= len(STARTS[key])
    assert not troubles, "\n".join(troubles)


@pytest.mark.timeout(300)
def test_a_page_of_each_kind_holds_at_every_width_and_in_forced_colours(be: Callable[..., Page]) -> None:
    for key, path in SAMPLES:
        page = be(key, forced_colors="active")
        page.goto(path)
        assert violations(page, EVERY_WIDTH) == [], f"{path} as {key or 'a stranger'}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", DEEP, ids=lambda way: f"{way[0]}: {way[-1]}")
def test_records_feedback_components_licences_and_places_are_found_and_accessible(
    way: tuple[str, ...], be: Callable[..., Page]
) -> None:
    key, *links = way
    page = be(key)
    for words in links:
        with page.expect_navigation():
            page.get_by_role("link", name=words).first.click()
        assert _troubles(page, WIDTHS, expect_missing=False) == [], f"{page.url} as {key}"
        page.set_viewport_size({"width": PHONE, "height": 800})


def _troubles(page: Page, widths: tuple[int, ...], *, expect_missing: bool) -> list[str]:
    found = list[str]()
    heading = page.locator("h1").all_inner_texts()
    if len(heading) != 1:
        found.append(f"has {len(heading)} first headings: {heading}")
    elif any(words in heading[0] for words in TROUBLES) != expect_missing:
        found.append(f"is a page of troubles: {heading[0]}")
    return found + violations(page, widths)


def _shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
