"""Dara imports a table of people by keyboard: hands it in, matches, has it checked, takes it over, and undoes it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.axe import violations

TABLE = (
    "Staff of Riverside;;;;\r\n"
    "Full name;Mail;What they do;Site code;Since\r\n"
    "Siân O'Neil ;SIAN@new.example;Trainee;RIV;03/04/2025\r\n"
    "李小龙;li@new.example;Facilitator;RIV;2025-04-03\r\n"
    "Nobody;no address;Trainee;RIV;31/02/2025\r\n"
)


def _fits(page: Page) -> None:
    assert violations(page) == [], page.url


def _press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def test_a_table_is_imported_and_undone_by_keyboard(be: Callable[..., Page]) -> None:
    page = be("dara")
    page.goto("/imports")
    _fits(page)
    page.get_by_label("The table").set_input_files(
        {"name": "staff.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    _press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is in staff.csv?")
    _fits(page)
    page.get_by_label("People", exact=True).focus()
    page.keyboard.press("Space")
    _press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    _fits(page)
    role = page.get_by_label("Role", exact=True)
    role.focus()
    page.keyboard.type("What")
    expect(role).to_have_value("What they do")
    first = page.get_by_label("The day", exact=True)
    if first.count():
        first.focus()
        page.keyboard.press("Space")
    _press(page, "Check the rows")
    take = page.get_by_role("button", name=re.compile("2 rows"))
    expect(take).to_be_visible(timeout=30_000)
    expect(page.get_by_text("no address is no e-mail address")).to_be_visible()
    _fits(page)
    take.focus()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo this batch")
    expect(undo).to_be_visible(timeout=30_000)
    _fits(page)
    batch = page.url
    page.goto("/people?search=O%27Neil")
    expect(page.get_by_role("link", name="Siân O'Neil")).to_be_visible()
    page.goto(batch)
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Undone", exact=True).first).to_be_visible(timeout=30_000)
    _fits(page)
    page.goto("/people?search=O%27Neil")
    expect(page.get_by_role("link", name="Siân O'Neil")).to_have_count(0)
