"""Every page that somebody of the cast can open: no axe violation, no sideways scrolling, no error, few bytes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.walk import walk

VENDORED = Path(__file__).parent / "vendored"
AXE = (VENDORED / "axe.min.js").read_text()
SHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
WIDTHS = (375, 1280)
NARROWEST = 320
STARTS = {
    "": ("/sign-in", "/people/choose", "/verify", "/nowhere"),
    "amina": ("/",),
    "bruno": ("/",),
    "chloe": ("/",),
    "dara": ("/",),
    "emre": ("/",),
    "farah": ("/",),
}


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
        troubles += [f"{pattern} ({path}) {words}" for words in _troubles(page, expect_missing=path == "/nowhere")]
        _shoot(page, f"{key or 'stranger'}{pattern}".replace("/", "_"))
    assert len(walked) >= len(STARTS[key])
    assert not troubles, "\n".join(troubles)


def _troubles(page: Page, *, expect_missing: bool) -> list[str]:
    found = list[str]()
    heading = page.locator("h1").all_inner_texts()
    if len(heading) != 1:
        found.append(f"has {len(heading)} first headings: {heading}")
    elif ("not found" in heading[0] or "Sorry" in heading[0] or "not for you" in heading[0]) != expect_missing:
        found.append(f"is a page of troubles: {heading[0]}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width} px: {words}" for words in _axe(page)]
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        found.append(f"scrolls sideways by {over} px at {NARROWEST} px")
    return found


def _axe(page: Page) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    result: dict[str, Any] = page.evaluate("axe.run()")
    assert result["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]} {violation['nodes'][0]['failureSummary'][:200]}"
        for violation in result["violations"]
    ]


def _shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)
