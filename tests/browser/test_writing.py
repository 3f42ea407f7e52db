"""Bruno writes a page with a picture, Farah there too; Dara publishes it; who begins gets it, Amina keeps her place."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browsing import running_demo
from tests.history import copied

PNG = (Path(__file__).resolve().parents[2] / "training/demo/pictures/verify.png").read_bytes()
COURSE = "/courses/leading-a-parenting-group"
Be = Callable[..., Page]


@pytest.fixture(scope="module")
def address(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demo for these alone: what is published here is the course of everybody in it."""
    with running_demo(copied(published, tmp_path_factory.mktemp("written"))) as demo:
        yield demo.address


def _fits(page: Page) -> None:
    """Looks at the widths for what axe finds and for sideways scroll; then goes on at the width of a desk."""
    assert violations(page) == [], page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def _types(page: Page, words: str) -> None:
    """Types at the end of the text, and waits until the page has saved it by itself."""
    page.get_by_label("The page").focus()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(words)
    expect(page.locator("[data-status]")).to_have_text(re.compile("^Saved"), timeout=20_000)


@pytest.mark.timeout(300)  # five people, and what axe finds on each page
def test_a_page_is_written_looked_at_published_and_learnt(be: Be) -> None:
    amina = be("amina")
    amina.goto(COURSE)
    before = amina.get_by_text(re.compile("of 6 modules done")).inner_text()
    bruno = be("bruno")
    bruno.goto(COURSE)
    bruno.get_by_role("button", name="Write a new version").click()
    expect(bruno.get_by_text("The check finds nothing wrong")).to_be_visible()
    draft = bruno.url.split("?")[0]
    _fits(bruno)
    module = bruno.locator("#module-listening-and-agreements")
    module.get_by_text("10 parts").click()
    module.get_by_label("Title of a new page").fill("Nod and wait")
    module.get_by_role("button", name="Add the page").click()
    expect(bruno.get_by_role("heading", level=1)).to_have_text("Nod and wait")
    page = bruno.url.split("?")[0]
    bruno.goto(f"{draft}?module=listening-and-agreements")
    module.get_by_role("button", name=re.compile("Write in cy.*Nod and wait")).click()
    expect(bruno.get_by_label("The page")).to_be_visible()
    bruno.goto(page)
    _types(bruno, "Nod. Then wait for three breaths.\n")
    phone = bruno.frame_locator("[data-preview]")
    expect(phone.get_by_text("Nod. Then wait for three breaths.")).to_be_visible()
    _types(bruno, "\n# Too big\n")
    bruno.get_by_role("button", name="Line 7").click()
    chosen = "(text => text.value.slice(text.selectionStart, text.selectionEnd))(document.getElementById('text'))"
    assert bruno.evaluate(chosen) == "# Too big"
    bruno.keyboard.press("Delete")
    expect(bruno.get_by_text("The check finds nothing wrong in this file.")).to_be_visible(timeout=20_000)
    bruno.get_by_text("Add a picture", exact=True).click()
    bruno.get_by_label("The picture", exact=True).set_input_files(
        {"name": "Chairs.png", "mimeType": "image/png", "buffer": PNG}
    )
    bruno.get_by_role("button", name="Save and add the picture").click()
    expect(bruno.get_by_text("Say what is on the picture").first).to_be_visible()
    _fits(bruno)
    bruno.get_by_label("The picture", exact=True).set_input_files(
        {"name": "Chairs.png", "mimeType": "image/png", "buffer": PNG}
    )
    bruno.get_by_label("What is on the picture").fill("Ten chairs in a circle")
    bruno.get_by_role("button", name="Save and add the picture").click()
    shown = bruno.frame_locator("[data-preview]").get_by_role("img", name="Ten chairs in a circle")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.naturalWidth") > 0

    farah = be("farah")
    farah.goto(bruno.url)
    _types(bruno, "\nBruno writes on.\n")
    farah.get_by_label("The page").focus()
    farah.keyboard.press("Control+End")
    farah.keyboard.insert_text("\nFarah writes, too.\n")
    expect(farah.get_by_role("heading", level=1)).to_have_text("Somebody else wrote here too", timeout=20_000)
    expect(farah.get_by_label("Yours")).to_have_value(re.compile("Farah writes, too."))
    expect(farah.get_by_label("Bruno Costa’s, as it stands now")).to_have_value(re.compile("Bruno writes on."))
    _fits(farah)
    both = farah.get_by_label("Bruno Costa’s, as it stands now").input_value() + "\nFarah writes, too.\n"
    farah.get_by_label("Yours").fill(both)
    farah.get_by_role("button", name="Save what is here").click()
    farah.goto(draft)
    expect(farah.get_by_text("wrote at the same time as somebody else")).to_be_visible()
    farah.get_by_text("wrote at the same time").locator("..").get_by_role("link").last.click()
    expect(farah.get_by_label("Farah Siddiqui wrote")).to_have_value(re.compile("Farah writes, too."))
    _fits(farah)

    dara = be("dara")
    dara.goto("/drafts")
    _fits(dara)
    dara.get_by_role("link", name="leading-a-parenting-group").click()
    dara.get_by_role("link", name="Publish…").click()
    expect(dara.get_by_text("module listening-and-agreements: changed")).to_be_visible()
    _fits(dara)
    dara.get_by_label("Number of the version").fill("9")
    dara.get_by_label("Content").check()
    dara.get_by_role("button", name="Publish").click()
    expect(dara.get_by_text("Version 9 is published.")).to_be_visible()

    emre = be("emre")
    emre.goto(COURSE)
    emre.get_by_role("button", name="Start").click()
    emre.goto(COURSE)
    expect(emre.get_by_text("Version 9", exact=True)).to_be_visible()
    emre.locator("details", has_text="Nod and wait").locator("summary").click()
    expect(emre.get_by_text("Nod and wait")).to_be_visible()
    amina.goto(COURSE)
    expect(amina.get_by_text("Version 9", exact=True)).not_to_be_visible()
    expect(amina.get_by_role("button", name="Go on with version 9")).to_be_visible()
    assert amina.get_by_text(re.compile("of 6 modules done")).inner_text() == before


def test_rules_are_written_without_a_script_and_a_browser_that_is_killed_loses_little(be: Be) -> None:
    dara = be("dara", java_script_enabled=False)
    dara.goto("/drafts")
    dara.get_by_role("combobox", name="Rules of a programme").select_option("Growing Together")
    dara.get_by_role("button", name=re.compile("Write a new version.*Rules")).click()
    dara.get_by_role("link", name="growing_together.yaml").click()
    text = dara.get_by_label("The text").input_value()
    dara.get_by_label("The text").fill(text.replace("    kind: certificate", "    kind: certifiate", 1))
    dara.get_by_role("button", name="Save").click()
    expect(dara.get_by_text("certifiate is an unknown kind")).to_be_visible()
    address = dara.url.split("?")[0]

    bruno = be("bruno")
    bruno.goto(address)
    bruno.get_by_label("The text").focus()
    bruno.keyboard.press("Control+Home")
    bruno.keyboard.insert_text("# A note that is kept\n")
    expect(bruno.locator("[data-status]")).to_have_text(re.compile("^Saved"), timeout=20_000)
    _fits(bruno)
    bruno.context.close()
    dara.goto(address)
    assert dara.get_by_label("The text").input_value().startswith("# A note that is kept\npathway:")


@pytest.mark.timeout(300)
def test_an_instrument_is_changed_tried_and_printed_on_a_phone_and_a_film_asked_for(be: Be) -> None:
    bruno = be("bruno")
    bruno.goto("/drafts")
    bruno.locator("#version-instrument").select_option("group facilitation")
    bruno.get_by_role("button", name=re.compile("Write a new version.*Instrument")).click()
    expect(bruno.get_by_role("link", name="Fill it in as a form")).to_be_visible()
    draft = bruno.url.split("?")[0]
    bruno.get_by_role("link", name="Fill it in as a form").click()
    bruno.get_by_text("4. Listening").click()
    bruno.get_by_label("One more behaviour").nth(12).fill("Waits")
    bruno.get_by_role("button", name=re.compile("^Down.*: Listening$")).click()
    expect(bruno.get_by_text("Item “Listening” moved down.")).to_be_visible()
    expect(bruno.get_by_label("What it is called").nth(4)).to_have_value("Listening")
    _fits(bruno)
    bruno.get_by_role("link", name="Try it").click()
    bruno.get_by_label("Talks over a parent again and again").check()
    bruno.get_by_role("button", name="See what it comes to").click()
    expect(bruno.get_by_role("heading", name=re.compile("It would come to: not passed"))).to_be_visible()
    _fits(bruno)
    bruno.goto(f"{draft}/paper/group_facilitation.yaml")
    _fits(bruno)
    bruno.goto("/drafts")
    bruno.locator("#version-course").select_option("leading-a-parenting-group")
    bruno.get_by_role("button", name=re.compile("Write a new version.*Course")).click()
    expect(bruno.get_by_role("button", name="Throw the draft away")).to_be_visible()
    bruno.goto(f"{bruno.url.split('?')[0]}/film?module=listening-and-agreements")
    bruno.get_by_role("button", name="Add the film").click()
    expect(bruno.get_by_text("Choose a film (.mp4 or .webm)").first).to_be_visible()
    _fits(bruno)
