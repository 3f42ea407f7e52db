"""Asks axe-core what is wrong with the page that is open."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

VENDORED = Path(__file__).parent / "vendored"
SCRIPT = (VENDORED / "axe.min.js").read_text()
WIDTHS = (320, 375, 768, 1280)


def violations(page: Page, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Lists what axe finds at each width, and sideways scrolling there; the narrowest phone comes last."""
    found = list[str]()
    for width in sorted(widths, reverse=True):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width} px: {words}" for words in asked(page)]
        if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            found.append(f"scrolls sideways by {over} px at {width} px")
    return found


def asked(page: Page | Frame) -> list[str]:
    """Lists what axe finds at the present size."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    # In forced colours the reader's own palette is used; axe still reckons with ours.
    own_palette = page.evaluate("matchMedia('(forced-colors: active)').matches")
    asks = {"rules": {"color-contrast": {"enabled": not own_palette}}, "resultTypes": ["violations"]}
    result: dict[str, Any] = page.evaluate("asks => axe.run(asks)", asks)
    assert result["passes"], "axe looked at nothing"
    return [
        f"{violation['id']}: {violation['nodes'][0]['html'][:200]} {violation['nodes'][0]['failureSummary'][:200]}"
        for violation in result["violations"]
    ]
