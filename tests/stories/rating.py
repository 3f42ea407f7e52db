"""How an assessor rates a group with the instrument, one item a screen."""

from playwright.sync_api import Page

from tests.stories.verbs import press

ALWAYS_SEEN = ("The basics", "Has to happen if it comes up")


def rate_all(page: Page, *, but: dict[str, tuple[str, ...]], note: str = "") -> None:
    """Ticks all the basics on every card, `but` on some exactly what is said; a note goes on the first of these."""
    for card in page.locator("fieldset.app-rubric").all():
        if not card.is_visible():
            page.get_by_role("button", name="Next item").click()
        title = card.locator("legend").inner_text()
        card.get_by_role("radio").first.check()
        if title in but:
            ticks = [card.get_by_role("checkbox", name=words, exact=True) for words in but[title]]
        else:
            groups = [card.get_by_role("group", name=f"{title}: {degree}") for degree in ALWAYS_SEEN]
            ticks = [tick for group in groups for tick in group.get_by_role("checkbox").all()]
        for tick in ticks:
            tick.check()
    if note:
        page.locator("summary", has_text="Item ").click()
        page.get_by_role("link", name=next(iter(but)), exact=True).click()
        page.get_by_label(f"Notes: {next(iter(but))}").fill(note)
    press(page, "Check your answers")
