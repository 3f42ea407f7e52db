"""Two records of one person are merged and stand apart again, on a phone and on a wide screen."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.axe import violations


@pytest.mark.timeout(300)
def test_a_merge_is_found_from_the_person_rehearsed_done_and_undone(be: Callable[..., Page]) -> None:
    page, troubles = be("dara"), list[str]()

    def look(what: str) -> None:
        troubles.extend(f"{what}: {one}" for one in violations(page))
        if folder := os.environ.get("TRAINING_TEST_SCREENSHOTS"):
            for width in (375, 1280):
                page.set_viewport_size({"width": width, "height": 812})
                page.screenshot(path=Path(folder) / f"merging_{what}_{width}.png", full_page=True)

    page.get_by_role("link", name="People").first.click()
    page.get_by_role("link", name="Ivan Petrov").click()
    page.get_by_role("link", name="Same person as …").click()
    page.get_by_label("Another record").select_option(label="Hana Nowak")
    look("search")
    page.get_by_role("button", name="See what a merge would do").click()
    look("rehearsal")
    page.goto(page.url.split("/people/")[0] + "/people")
    page.get_by_role("link", name="Nadia Rahman").click()
    page.get_by_role("link", name="Same person as …").click()
    page.get_by_label("Another record").select_option(label="Osian Bevan")
    page.get_by_role("button", name="See what a merge would do").click()
    look("rehearsal_free")
    page.get_by_role("button", name="Merge the two records").click()
    look("without_reason")
    page.get_by_label("How do you know that this is one person?").fill("I have asked her.")
    page.get_by_role("button", name="Merge the two records").click()
    assert "It can be undone for 30 days" in page.inner_text("main")
    look("person")
    page.get_by_role("link", name="Undo until").click()
    look("merged")
    page.get_by_label("Why are these two records after all?").fill("They are two people.")
    page.get_by_role("button", name="Undo the merge").click()
    assert "a record of their own again" in page.inner_text("main")
    assert not troubles, "\n".join(troubles)
