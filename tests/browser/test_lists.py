"""Lists on a phone: a short form, cards, a filter that is saved, found again and removed; at every width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.timeout(300)
LISTS = {
    "dara": ("/courses/top-ups",
             "/people", "/sites", "/areas", "/practice/records", "/courses/cohorts", "/audits", "/register",
             "/certificates/decisions", "/certificates/reliance", "/programmes/places", "/assessments/agreement",
             "/assessments/agreement/pairs", "/assessments/quality", "/assessments/films/consents",
             "/assessments/week", "/certificates/appeals", "/figures", "/reports"),
    "chloe": ("/people", "/sites", "/practice/records", "/courses/cohorts", "/register", "/assessments/week",
              "/figures?show=people", "/figures/people"),
}  # fmt: skip


@pytest.mark.parametrize("key", LISTS)
def test_each_list_holds_at_every_width(key: str, be: Callable[..., Page]) -> None:
    page = be(key)
    for path in LISTS[key]:
        page.goto(path)
        expect(page.get_by_role("search"), path).to_be_visible()
        assert violations(page) == [], f"{path} as {key}"


def test_the_form_is_short_on_a_phone_and_stands_open_where_there_is_room(be: Callable[..., Page]) -> None:
    page = be("chloe")
    page.goto("/people")
    more, role = page.get_by_text("Filter more, and sort"), page.get_by_label("Role")
    expect(more).to_be_visible()
    expect(role).to_be_hidden()
    more.click()
    role.select_option("facilitator")
    page.get_by_role("button", name="Show").click()
    expect(role).to_be_visible()
    assert role.input_value() == "facilitator"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/people")
    expect(role).to_be_visible()
    expect(more).to_be_hidden()
    page.get_by_role("link", name="Sort by Name").click()
    assert page.locator("th[aria-sort=descending]").get_attribute("abbr") == "Name"


def test_a_filter_is_saved_found_and_removed_on_a_phone(be: Callable[..., Page]) -> None:
    page = be("dara")
    page.goto("/people")
    page.get_by_label("Name", exact=True).fill("beth")
    page.get_by_role("button", name="Show").click()
    page.locator("summary", has_text="Save this filter").click()
    page.get_by_label("Name of the filter").fill("Beths")
    page.get_by_role("button", name="Save this filter").click()
    expect(page.get_by_text("The filter “Beths” is saved.")).to_be_visible()
    assert violations(page) == []
    page.goto("/people")
    page.get_by_role("link", name="Beths").click()
    assert page.get_by_label("Name", exact=True).input_value() == "beth"
    assert page.locator("tbody th").all_inner_texts() == ["Beth Morgan"]
    page.get_by_role("button", name="Remove the saved filter Beths").click()
    expect(page.get_by_text("The saved filter “Beths” is removed.")).to_be_visible()
    assert page.get_by_role("link", name="Beths").count() == 0
